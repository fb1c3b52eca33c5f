package load

import (
	"bytes"
	"fmt"
	"sync"
)

// pool keeps idle connections. They take turns, the longest idle first: were
// the last one used again at once, as pools usually do, a few would carry
// everything and none would be idle long enough for a server to close it.
type pool struct {
	size int // connections it opens before it reuses

	mu   sync.Mutex
	idle []*conn // the longest idle first
	open int     // idle ones and those in use
}

// take returns a connection with nothing on it, or nil if one must be opened,
// which counts as open from now on. closed is how many it found that the
// server had closed while idle, which is its right. Bytes that nobody asked
// for are an error, unless they announce the close.
func (p *pool) take() (c *conn, closed int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.open >= p.size && len(p.idle) > 0 {
		c, p.idle = p.idle[0], p.idle[1:]
		got, live := c.peek()
		if live && len(got) == 0 {
			c.renew()
			return c, closed, nil
		}
		c.Close()
		p.open--
		closed++
		if len(got) > 0 && !announcesTimeout(got) {
			return nil, closed, fmt.Errorf("an idle connection got an answer that nobody asked for: %q", got)
		}
	}
	p.open++
	return nil, closed, nil
}

// announcesTimeout tells whether got begins a 408, which some servers send
// before they close an idle connection.
func announcesTimeout(got []byte) bool {
	return bytes.HasPrefix(got, []byte("HTTP/1.1 408")) || bytes.HasPrefix(got, []byte("HTTP/1.0 408"))
}

// put gives c back; it is closed if it is not reusable or one too many.
func (p *pool) put(c *conn, reusable bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if reusable && p.open <= p.size {
		p.idle = append(p.idle, c)
		return
	}
	p.open--
	c.Close()
}

// forget takes back a take that opened nothing.
func (p *pool) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.idle {
		c.Close()
	}
	p.open -= len(p.idle)
	p.idle = nil
}
