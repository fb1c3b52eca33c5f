// Package lineedit reads lines: from a terminal with editing, completion and a history that outlives the program, and
// from anything else as they come.
package lineedit

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// ErrInterrupted says that the line was given up with Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

// Reader reads lines.
type Reader interface {
	// ReadLine returns the next line without its end, having shown the prompt where somebody can see it. It returns
	// io.EOF at the end, ErrInterrupted for a line that was given up, and the context's error when that ends.
	ReadLine(ctx context.Context, prompt string) (string, error)
	// Remember adds an entry of one line to the history.
	Remember(entry string)
}

// Plain reads lines from what is no terminal. It shows no prompt and remembers nothing.
func Plain(r io.Reader) Reader { return &plain{bufio.NewReader(r)} }

type plain struct{ r *bufio.Reader }

func (p *plain) ReadLine(ctx context.Context, _ string) (string, error) {
	return until(ctx, func() (string, error) {
		line, err := p.r.ReadString('\n')
		if err == io.EOF && line != "" {
			err = nil
		}
		return strings.TrimRight(line, "\r\n"), err
	})
}

// until waits for a line or the end of the context. In the latter case the program is about to end, and with it what
// still reads.
func until(ctx context.Context, read func() (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := read()
		done <- result{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-done:
		return r.line, r.err
	}
}

func (p *plain) Remember(string) {}
