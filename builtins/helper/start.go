package helper

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// A slow engine starts a container in seconds; one that takes longer than this does not.
const startLimit = time.Minute

// headStart is how long a helper waits for Options.After at most. A lock whose container is not started soon looks
// as if its holder were gone.
const headStart = 500 * time.Millisecond

// start brings up the helper in the container that is the lock. A helper that does not come up is a lost lock,
// since nothing keeps others from breaking it.
func (s *Session) start(ctx context.Context) {
	if s.options.After != nil {
		select {
		case <-s.options.After:
		case <-time.After(headStart):
		}
	}
	limited, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := s.connect(limited); err != nil {
		s.failed = fmt.Errorf("starting the helper in container %s: %w", s.name, err)
		s.lose(s.failed)
	} else {
		go s.beat(ctx)
	}
	close(s.ready)
}

func (s *Session) connect(ctx context.Context) error {
	stream, err := s.engine.Attach(ctx, s.id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.stream = stream
	s.mu.Unlock()
	if err := s.engine.StartContainer(ctx, s.id); err != nil {
		return err
	}
	out, err := greet(ctx, stream)
	if err != nil {
		return err
	}
	s.client = rpc.NewClient(&wireConn{Reader: out, Stream: stream, limit: s.options.Silence, ended: s.streamEnded})
	s.heard.Store(time.Now().UnixNano())
	return s.do(ctx, "Hello", wire.Hello{Silence: s.options.Silence}, &wire.None{})
}

// greet reads the helper's first line. Whatever else comes is what a program that is no helper says.
func greet(ctx context.Context, stream engine.Stream) (*bufio.Reader, error) {
	defer context.AfterFunc(ctx, func() { _ = stream.Close() })()
	out := bufio.NewReader(stream.Stdout())
	line, err := out.ReadString('\n')
	if line == wire.Greeting() {
		return out, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if strings.HasPrefix(line, "recipe-helper ") {
		return nil, fmt.Errorf("the helper speaks another version, %q: remove the image %s", strings.TrimSpace(line), helperImage)
	}
	message, _ := io.ReadAll(io.LimitReader(stream.Stderr(), 4<<10))
	if text := strings.TrimSpace(line + string(message)); text != "" {
		return nil, fmt.Errorf("it says: %s", text)
	}
	return nil, fmt.Errorf("it ended at once: %w", err)
}

// wireConn is the stream as the rpc package wants it, and notices its end.
type wireConn struct {
	io.Reader
	engine.Stream
	limit time.Duration // of one write
	ended func(error)
}

// Write gives up on an engine that takes nothing any more: by then the helper, which hears nothing, ends as well. A
// stream has no deadlines, so it is closed.
func (c *wireConn) Write(b []byte) (int, error) {
	stalled := time.AfterFunc(c.limit, func() {
		c.ended(fmt.Errorf("the engine passes nothing on to the helper for %s", c.limit))
		_ = c.Stream.Close()
	})
	defer stalled.Stop()
	return c.Stream.Write(b)
}

// Read is called by one goroutine, which stops at the first error.
func (c *wireConn) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if err != nil {
		c.ended(err)
	}
	return n, err
}

func (c *wireConn) Close() error { return c.Stream.Close() }

func (s *Session) streamEnded(err error) {
	if errors.Is(err, io.EOF) {
		err = errors.New("the helper is gone")
	}
	s.lose(err)
	s.overOnce.Do(func() { close(s.over) })
}

// beat lets the helper hear us, and hears it.
func (s *Session) beat(ctx context.Context) {
	ticks := time.NewTicker(s.options.Silence / 5)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-s.lost:
			return
		case <-ctx.Done():
			return
		}
		limited, cancel := context.WithTimeout(ctx, s.options.Silence)
		err := s.Ping(limited)
		cancel()
		if err != nil && ctx.Err() == nil {
			s.lose(fmt.Errorf("the helper does not answer: %w", err))
		}
	}
}

// do makes a call that is short.
func (s *Session) do(ctx context.Context, method string, in, out any) error {
	call := s.client.Go(wire.Service+"."+method, in, out, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
		return s.ended(call.Error)
	case <-s.lost:
		return s.cause
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ended tells what a call's error means.
func (s *Session) ended(err error) error {
	if errors.Is(err, rpc.ErrShutdown) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.lose(errors.New("the helper is gone"))
		return s.cause
	}
	s.heard.Store(time.Now().UnixNano())
	return wire.Unpack(err)
}

// long makes a call that ctx can cancel at the helper too. It returns after the helper has, so that out is
// what the call left.
func (s *Session) long(ctx context.Context, id uint64, method string, in, out any) error {
	call := s.client.Go(wire.Service+"."+method, in, out, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
		return s.ended(call.Error)
	case <-s.lost:
		return s.cause
	case <-ctx.Done():
	}
	if err := s.do(context.Background(), "Cancel", wire.Cancel{ID: id}, &wire.None{}); err != nil {
		return err
	}
	select {
	case <-call.Done:
		return s.ended(call.Error)
	case <-s.lost:
		return s.cause
	}
}
