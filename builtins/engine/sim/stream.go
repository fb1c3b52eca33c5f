package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/internal/pipe"
)

// stream is one client's connection to a process.
type stream struct {
	in, out, errOut *pipe.Pipe
}

func (s *stream) Write(b []byte) (int, error) {
	n, err := s.in.Write(b)
	if err != nil {
		err = fmt.Errorf("%w: %w", engine.ErrLost, err)
	}
	return n, err
}
func (s *stream) Stdout() io.Reader { return s.out }
func (s *stream) Stderr() io.Reader { return s.errOut }

func (s *stream) CloseWrite() error {
	s.in.CloseWith(nil)
	return nil
}

func (s *stream) Close() error {
	s.in.CloseWith(nil)
	s.out.CloseWith(net.ErrClosed)
	s.errOut.CloseWith(net.ErrClosed)
	return nil
}

// ended is the process's end of it.
func (s *stream) ended() {
	s.in.CloseWith(nil)
	s.out.CloseWith(nil)
	s.errOut.CloseWith(nil)
}

func (b *box) closeStreams() {
	for _, s := range b.streams {
		s.ended()
	}
	b.streams = nil
}

// output is what a container's program writes to: its logs and whoever is attached.
type output struct {
	engine *Engine
	box    *box
	run    *run
	pick   func(*stream) *pipe.Pipe
}

func (o *output) Write(text []byte) (int, error) {
	o.engine.mu.Lock()
	defer o.engine.mu.Unlock()
	if o.box.run != o.run {
		return 0, io.ErrClosedPipe
	}
	o.box.logs = append(o.box.logs, text...)
	o.box.wrote = append(o.box.wrote, wrote{time.Now(), len(o.box.logs)})
	o.box.stir()
	for _, s := range o.box.streams {
		_, _ = o.pick(s).Write(text) // a client that has gone misses it
	}
	return len(text), nil
}

// process is what a container's first program sees.
func (e *Engine) process(b *box, r *run) *Process {
	if !b.spec.OpenStdin {
		b.stdin.CloseWith(nil)
	}
	args := b.spec.Entrypoint
	command := b.spec.Command
	var env []string
	if i := e.images[b.imageID]; i != nil {
		env = i.config.Env
		if len(args) == 0 {
			args = i.config.Entrypoint
			if len(command) == 0 {
				command = i.config.Command
			}
		}
	}
	return &Process{
		Container: b.spec.Name,
		Args:      slices.Concat(args, command), Env: slices.Concat(env, b.spec.Env),
		Stdin:   b.stdin,
		Stdout:  &output{e, b, r, func(s *stream) *pipe.Pipe { return s.out }},
		Stderr:  &output{e, b, r, func(s *stream) *pipe.Pipe { return s.errOut }},
		Signals: r.signals, Killed: r.killed,
	}
}

// Attach connects to a container.
func (e *Engine) Attach(ctx context.Context, id string) (conn engine.Stream, err error) {
	err = e.change(ctx, "Attach", []any{id}, func() error {
		b, err := e.box(id)
		if err != nil {
			return err
		}
		s := &stream{in: b.stdin, out: pipe.New(), errOut: pipe.New()}
		if !b.spec.OpenStdin {
			s.in = pipe.New()
		}
		b.streams = append(b.streams, s)
		conn = s
		return nil
	})
	return conn, err
}

// ExecStream starts a command in a container; it ends with the container at the latest.
func (e *Engine) ExecStream(ctx context.Context, id string, spec engine.ExecSpec) (conn engine.Command, err error) {
	err = e.change(ctx, "ExecStream", []any{id, spec}, func() error {
		s := &stream{in: pipe.New(), out: pipe.New(), errOut: pipe.New()}
		errOut := s.errOut
		if spec.Terminal {
			errOut = s.out
		}
		exec, r, err := e.exec(id, spec.Command, s.in, s.out, errOut)
		if err != nil {
			return err
		}
		c := &command{stream: s, done: make(chan struct{}), code: killedCode}
		conn = c
		over := make(chan struct{})
		go func() {
			defer close(over)
			code := exec()
			c.end(code)
		}()
		go func() {
			select {
			case <-r.killed:
				c.end(killedCode)
			case <-over:
			}
		}()
		return nil
	})
	return conn, err
}

// Exec runs a command to its end.
func (e *Engine) Exec(ctx context.Context, id string, command []string) (result engine.ExecResult, err error) {
	err = e.call(ctx, true, "Exec", []any{id, command}, func() error {
		stdin := pipe.New()
		stdin.CloseWith(nil)
		var text bytes.Buffer
		e.mu.Lock()
		exec, _, err := e.exec(id, command, stdin, &text, &text)
		e.mu.Unlock()
		if err != nil {
			return err
		}
		result.ExitCode = exec()
		result.Output = text.Bytes()[max(0, text.Len()-64<<10):]
		return nil
	})
	return result, err
}

// exec prepares a command in a running container.
func (e *Engine) exec(id string, command []string, in io.Reader, out, errOut io.Writer) (func() int, *run, error) {
	b, err := e.box(id)
	if err != nil {
		return nil, nil, err
	}
	r := b.run
	if r == nil {
		return nil, nil, fmt.Errorf("running %q in container %s: %w: it does not run", command, id, engine.ErrConflict)
	}
	p := &Process{Container: b.spec.Name, Args: command, Env: b.spec.Env, Stdin: in, Stdout: out, Stderr: errOut, Killed: r.killed}
	return func() int {
		if r.app.Exec == nil {
			return 0
		}
		return r.app.Exec(p)
	}, r, nil
}
