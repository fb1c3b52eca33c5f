// Package remote is the helper's end of the stream: a server of a few calls, in a container beside the edge.
//
// It lives as long as its client. When the stream ends, because the client closed it, was killed or lost its
// network, everything that runs is cancelled and Serve returns; the process then exits, and with it go the
// container, which is the recipe's lock, and the kernel's locks on files. A client that vanished without a word
// leaves a stream that never ends, so a client has to be heard now and then too.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// Errors that end a helper.
var (
	errEnded  = errors.New("the client closed the stream")
	errSilent = errors.New("nothing was heard of the client")
)

// Server serves one client. Its zero value is a real helper.
type Server struct {
	// Root stands before every directory that a call names; empty in a container.
	Root string
	// Proc is where the kernel tells of its sockets, /proc when empty.
	Proc string
}

// Serve talks to a client until the client is gone. A client that closed the stream is no error, since that is
// how a helper ends; one that fell silent is.
func (s Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	if _, err := io.WriteString(out, wire.Greeting()); err != nil {
		return fmt.Errorf("greeting the client: %w", err)
	}
	if s.Proc == "" {
		s.Proc = "/proc"
	}
	service := &service{Server: s, ctx: ctx, calls: map[uint64]context.CancelFunc{}, locks: map[uint64]io.Closer{}}
	service.silence.Store(int64(wire.Silence))
	service.hear()
	go service.watch(end)

	server := rpc.NewServer()
	if err := server.RegisterName(wire.Service, service); err != nil {
		return err
	}
	go server.ServeConn(&conn{Reader: in, Writer: out, ended: func() { end(errEnded) }})
	<-ctx.Done()
	service.unlockAll()
	if cause := context.Cause(ctx); !errors.Is(cause, errEnded) {
		return cause
	}
	return nil
}

// conn tells when the client's side has ended. The rpc package notices it too, but waits for calls that run.
type conn struct {
	io.Reader
	io.Writer
	ended func()
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if err != nil {
		c.ended()
	}
	return n, err
}

func (c *conn) Close() error { c.ended(); return nil }

// service holds the calls. They run concurrently.
type service struct {
	Server
	ctx     context.Context // ends with the client
	silence atomic.Int64    // nanoseconds
	heard   atomic.Int64    // when a call came last, in Unix nanoseconds

	mu    sync.Mutex
	calls map[uint64]context.CancelFunc // running ones; nil for one that was cancelled before it began
	locks map[uint64]io.Closer
	last  uint64 // lock
}

func (s *service) hear() { s.heard.Store(time.Now().UnixNano()) }

// watch ends the helper when its client falls silent.
func (s *service) watch(end context.CancelCauseFunc) {
	for {
		silence := time.Duration(s.silence.Load())
		quiet := time.Since(time.Unix(0, s.heard.Load()))
		if quiet >= silence {
			end(fmt.Errorf("%w for %s", errSilent, quiet.Round(time.Millisecond)))
			return
		}
		select {
		case <-time.After(min(silence-quiet, time.Second)):
		case <-s.ctx.Done():
			return
		}
	}
}

// Hello settles the silence that is allowed.
func (s *service) Hello(in wire.Hello, _ *wire.None) error {
	s.hear()
	if in.Silence > 0 {
		s.silence.Store(int64(in.Silence))
	}
	return nil
}

// Ping says that the client lives.
func (s *service) Ping(wire.None, *wire.None) error { s.hear(); return nil }

// begin starts a call that can be cancelled.
func (s *service) begin(call wire.Call) (context.Context, context.CancelFunc) {
	s.hear()
	ctx, cancel := s.ctx, context.CancelFunc(nil)
	if call.Limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, call.Limit)
	} else {
		ctx, cancel = context.WithCancel(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, early := s.calls[call.ID]; early {
		cancel()
	}
	s.calls[call.ID] = cancel
	return ctx, func() {
		cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.calls, call.ID)
	}
}

// Cancel ends a call. Calls start in no fixed order, so one that is not known yet is remembered.
func (s *service) Cancel(in wire.Cancel, _ *wire.None) error {
	s.hear()
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.calls[in.ID]; cancel != nil {
		cancel()
	} else {
		s.calls[in.ID] = nil
	}
	return nil
}
