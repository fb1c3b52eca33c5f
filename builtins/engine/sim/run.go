package sim

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/internal/pipe"
)

// run is one life of a container, from a start to its end.
type run struct {
	app     App
	signals chan string
	killed  chan struct{} // closed when it ends, however it does
	code    int           // valid once killed is closed

	requests int // that its app was asked to answer
}

// StartContainer starts a container.
func (e *Engine) StartContainer(ctx context.Context, id string) error {
	return e.change(ctx, "StartContainer", []any{id}, func() error {
		b, err := e.box(id)
		if err != nil {
			return err
		}
		if b.run != nil {
			return nil
		}
		b.stopped, b.restarts = false, 0
		if err := e.start(b); err != nil {
			return fmt.Errorf("starting container %s: %w", id, err)
		}
		return nil
	})
}

// start takes addresses and ports and lets the program run.
func (e *Engine) start(b *box) error {
	if err := e.portsFree(b); err != nil {
		return err
	}
	if err := e.join(b); err != nil {
		return err
	}
	if !b.started.IsZero() {
		b.stdin = pipe.New()
	}
	e.run(b)
	return nil
}

// run lets the program run.
func (e *Engine) run(b *box) {
	r := &run{app: e.appOf(b), signals: make(chan string, 16), killed: make(chan struct{})}
	b.run, b.state, b.started, b.exitCode = r, engine.Running, time.Now(), 0
	b.health, b.healthLog = "", ""
	e.emit(b, "start")
	process := e.process(b, r)
	stopSignal := signalName(b.spec.StopSignal)
	go func() {
		code := r.app.main(process, stopSignal)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.ended(b, r, code)
	}()
	if h := b.spec.Health; h != nil && len(h.Exec) > 0 {
		b.health = "starting"
		go e.check(b, r, *h)
	}
}

// ended records the end of a run, of which there is one, and does what the container's policy asks.
func (e *Engine) ended(b *box, r *run, code int) {
	if b.run != r {
		return
	}
	lived := time.Since(b.started)
	r.code, b.run = code, nil
	b.stir()
	b.state, b.exitCode, b.finished, b.held = engine.Exited, code, time.Now(), nil
	b.stdin.CloseWith(nil)
	close(r.killed)
	e.emit(b, "die")
	b.closeStreams()
	switch {
	case b.spec.AutoRemove:
		e.drop(b)
	case !b.stopped && restarts(b.spec.Restart, code, b.restarts, false):
		if lived > 10*time.Second {
			b.restarts = 0
		}
		b.state = engine.Restarting
		delay := min(time.Minute, 100*time.Millisecond<<min(b.restarts, 20))
		b.restarts++
		time.AfterFunc(delay, func() { e.restart(b) })
	}
}

func (e *Engine) restart(b *box) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if b.state != engine.Restarting || e.containers[b.id] != b {
		return
	}
	if err := e.start(b); err != nil {
		b.state, b.exitCode = engine.Exited, 128
	}
}

// restarts decides by a restart policy. byHand says that someone stopped the container, which only an engine's
// own start asks about.
func restarts(policy string, code, count int, byHand bool) bool {
	name, limit, _ := strings.Cut(policy, ":")
	switch name {
	case "always":
		return true
	case "unless-stopped":
		return !byHand
	case "on-failure":
		most, err := strconv.Atoi(limit)
		return code != 0 && (err != nil || count < most)
	}
	return false
}

// StopContainer stops a container.
func (e *Engine) StopContainer(ctx context.Context, id, signal string, timeout time.Duration) error {
	return e.call(ctx, true, "StopContainer", []any{id, signal, timeout}, func() error {
		e.mu.Lock()
		b, err := e.box(id)
		if err != nil {
			e.mu.Unlock()
			return err
		}
		b.stopped = true
		if b.state == engine.Restarting {
			b.state = engine.Exited
		}
		r := b.run
		if signal == "" {
			signal = b.spec.StopSignal
		}
		e.mu.Unlock()
		if r == nil {
			return nil
		}
		if signal == "" {
			signal = "SIGTERM"
		}
		if timeout > 0 {
			r.signal(signal)
		}
		return e.awaitStop(ctx, b, r, timeout)
	})
}

// awaitStop gives a run timeout to end, and ends it. A program that ends in the very instant in which the
// patience does counts as in time, so that virtual time has one outcome; no patience kills at once.
func (e *Engine) awaitStop(ctx context.Context, b *box, r *run, timeout time.Duration) error {
	if timeout > 0 {
		timeout++
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-r.killed:
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended(b, r, 137)
	e.emit(b, "stop")
	return nil
}

func (r *run) signal(name string) {
	select {
	case r.signals <- signalName(name):
	default: // a program that takes no signals
	}
}

// Signal sends a signal to a running container.
func (e *Engine) Signal(ctx context.Context, id, signal string) error {
	return e.change(ctx, "Signal", []any{id, signal}, func() error {
		b, err := e.box(id)
		if err != nil {
			return err
		}
		if b.run == nil {
			return fmt.Errorf("sending %s to container %s: %w: it does not run", signal, id, engine.ErrConflict)
		}
		if signalName(signal) == "SIGKILL" {
			b.stopped = true
			e.ended(b, b.run, 137)
			return nil
		}
		b.run.signal(signal)
		return nil
	})
}

// WaitContainer waits for the end of a run.
func (e *Engine) WaitContainer(ctx context.Context, id string) (code int, err error) {
	err = e.call(ctx, false, "WaitContainer", []any{id}, func() error {
		e.mu.Lock()
		b, err := e.box(id)
		if err != nil {
			e.mu.Unlock()
			return err
		}
		r := b.run
		code = b.exitCode
		e.mu.Unlock()
		if r == nil {
			return nil
		}
		select {
		case <-r.killed:
			code = r.code
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return code, err
}
