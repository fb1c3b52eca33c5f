//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package load

import (
	"errors"
	"os"
	"time"
)

// peek tells what an idle connection has received: got is empty on a quiet
// one, and live is false once the server has closed it. Where the kernel cannot
// be asked, a read of a millisecond has to do.
func (c *conn) peek() (got []byte, live bool) {
	c.Conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	defer c.Conn.SetReadDeadline(time.Time{})
	if _, err := c.r.Peek(1); err != nil {
		return nil, errors.Is(err, os.ErrDeadlineExceeded)
	}
	got, _ = c.r.Peek(c.r.Buffered())
	return got, true
}
