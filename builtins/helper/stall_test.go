package helper

import (
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// stuck is a stream that takes nothing until it is closed.
type stuck struct{ closed chan struct{} }

func (s stuck) Write([]byte) (int, error) { <-s.closed; return 0, io.ErrClosedPipe }
func (s stuck) Stdout() io.Reader         { return nil }
func (s stuck) Stderr() io.Reader         { return nil }
func (s stuck) CloseWrite() error         { return nil }
func (s stuck) Close() error              { close(s.closed); return nil }

func TestStalledWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var why error
		c := &wireConn{Stream: stuck{make(chan struct{})}, limit: 15 * time.Second, ended: func(err error) { why = err }}
		begun := time.Now()
		if _, err := c.Write([]byte("x")); err == nil || why == nil {
			t.Errorf("the write ended with %v, the session with %v", err, why)
		}
		if took := time.Since(begun); took != c.limit {
			t.Errorf("it took %v", took)
		}
	})
}
