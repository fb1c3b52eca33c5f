// Package pipe is an in-memory pipe that never blocks its writer.
//
// A process's standard output and error come over one connection. Were their readers fed through io.Pipe, one
// that nobody reads would hold up the other; here it only takes memory.
package pipe

import (
	"io"
	"sync"
)

// Pipe is a buffer with one writing and one reading end, both safe for concurrent use.
type Pipe struct {
	mu   sync.Mutex
	more sync.Cond
	data []byte
	err  error // what Read returns once data is used up
}

// New returns an empty pipe.
func New() *Pipe {
	p := new(Pipe)
	p.more.L = &p.mu
	return p
}

// Write appends b. It fails only after CloseWith.
func (p *Pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return 0, io.ErrClosedPipe
	}
	p.data = append(p.data, b...)
	p.more.Broadcast()
	return len(b), nil
}

// Read takes what is there, waiting until something is.
func (p *Pipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.data) == 0 && p.err == nil {
		p.more.Wait()
	}
	if len(p.data) == 0 {
		return 0, p.err
	}
	n := copy(b, p.data)
	p.data = p.data[n:]
	return n, nil
}

// CloseWith ends the pipe: readers get what is left, then err, or io.EOF when it is nil.
func (p *Pipe) CloseWith(err error) {
	if err == nil {
		err = io.EOF
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.more.Broadcast()
}
