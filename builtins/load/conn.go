package load

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// maxGot bounds what is kept of an answer for the report of a failure, bytes.
const maxGot = 200

// conn is a connection that remembers what it received.
type conn struct {
	net.Conn
	r        *bufio.Reader
	got      []byte // the first bytes since renew
	received int    // how many bytes since renew
	reused   bool
}

func newConn(nc net.Conn) *conn {
	c := &conn{Conn: nc}
	c.r = bufio.NewReader(c)
	return c
}

// Read implements io.Reader for r.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received += n
	c.got = append(c.got, p[:min(n, maxGot-len(c.got))]...)
	return n, err
}

// renew forgets what the last operation received.
func (c *conn) renew() { c.got, c.received, c.reused = nil, 0, true }

// op is one operation, from the moment it is due to its verdict.
type op struct {
	*Clients
	kind    Kind
	due     time.Time
	conn    *conn
	detach  func() bool // false if the connection was closed by an abort
	release string      // of the answer

	reusable bool // the answer was whole, and the server keeps the connection
}

// dial opens o's own connection to address; it has limit for all it does.
func (o *op) dial(address string, limit time.Duration) error {
	d := net.Dialer{Timeout: o.options.Timeout}
	nc, err := d.DialContext(o.alive, "tcp4", address)
	if err != nil {
		return fmt.Errorf("cannot connect: %w", err)
	}
	if o.target.tls != nil && o.kind != TCP {
		secure := tls.Client(nc, o.target.tls)
		ctx, cancel := context.WithTimeout(o.alive, o.options.Timeout)
		defer cancel()
		if err := secure.HandshakeContext(ctx); err != nil {
			nc.Close()
			return fmt.Errorf("cannot agree on TLS: %w", err)
		}
		nc = secure
	}
	o.attach(newConn(nc), o.alive, limit)
	return nil
}

// attach makes c the connection of o, which is closed when until is done. A
// limit of 0 is none.
func (o *op) attach(c *conn, until context.Context, limit time.Duration) {
	deadline := time.Time{}
	if limit > 0 {
		deadline = time.Now().Add(limit)
	}
	c.SetDeadline(deadline)
	o.conn = c
	o.detach = context.AfterFunc(until, func() { c.Close() })
}

// letGo gives the connection back to the pool if it can serve again, or closes it.
func (o *op) letGo(reusable bool) {
	if o.conn == nil {
		return
	}
	reusable = o.detach() && reusable
	if o.kind.kept() {
		o.conn.SetDeadline(time.Time{}) // being idle has no limit
		o.pool.put(o.conn, reusable)
		return
	}
	o.conn.Close()
}

// write sends a part of the request. Where that fails the server may have said
// why, so a short look is taken for the report.
func (o *op) write(b []byte) error {
	_, err := o.conn.Write(b)
	if err == nil {
		return nil
	}
	o.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	o.conn.r.Peek(1)
	return fmt.Errorf("cannot send on a %s: %w", o.conn, err)
}

// String tells a kept connection from a new one, for errors.
func (c *conn) String() string {
	if c.reused {
		return "kept connection"
	}
	return "new connection"
}

// broken says of an error while reading what it means for a client.
func (o *op) broken(what string, err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: not there in time, after %d bytes on a %s: %w", what, o.conn.received, o.conn, err)
	case o.conn.received == 0:
		return fmt.Errorf("%s: the %s ended without a byte: %w", what, o.conn, err)
	}
	return fmt.Errorf("%s: broke off after %d bytes on a %s: %w", what, o.conn.received, o.conn, err)
}
