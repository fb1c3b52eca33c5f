//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package load

import (
	"crypto/tls"
	"net"
	"syscall"
)

// peek asks the kernel what an idle connection has received, without waiting
// and without taking it: got is empty on a quiet one, and live is false once
// the server has closed it. A goroutine that waits in Read would learn of a
// close some time after the kernel did, and a request written in between would
// be a failure of our own making.
func (c *conn) peek() (got []byte, live bool) {
	if n := c.r.Buffered(); n > 0 {
		got, _ = c.r.Peek(n)
		return got, true
	}
	inner := c.Conn
	secure, encrypted := inner.(*tls.Conn)
	if encrypted {
		inner = secure.NetConn()
	}
	tcp, ok := inner.(*net.TCPConn)
	if !ok {
		return nil, true
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, false
	}
	buf := make([]byte, 16)
	var n int
	failed := raw.Read(func(fd uintptr) bool {
		for {
			n, _, err = syscall.Recvfrom(int(fd), buf, syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
			if err != syscall.EINTR {
				return true
			}
		}
	})
	switch {
	case failed != nil:
		return nil, false
	case err == syscall.EAGAIN || err == syscall.EWOULDBLOCK:
		return nil, true
	case err != nil || n == 0:
		return nil, false
	case encrypted: // the server takes its leave before it closes; what else it may have sent cannot be told
		return nil, false
	}
	return buf[:n], true
}
