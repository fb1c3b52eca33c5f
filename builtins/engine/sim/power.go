package sim

import (
	"github.com/deployrecipe/recipe/builtins/engine"
)

// RestartEngine is the engine's machine losing its power and coming back: every program is gone at once,
// streams and watches break, and containers start again that their policies start.
func (e *Engine) RestartEngine() {
	e.mu.Lock()
	defer e.mu.Unlock()
	boxes := e.boxes()
	for w := range e.watchers {
		e.unwatch(w)
	}
	for _, b := range boxes {
		byHand := b.stopped
		b.stopped = true // the end of this run is not the container's own
		if b.run != nil {
			e.ended(b, b.run, 137)
		}
		if b.state == engine.Restarting {
			b.state = engine.Exited
		}
		b.stopped = byHand
	}
	for _, b := range boxes {
		if e.containers[b.id] == b && !b.started.IsZero() && restarts(b.spec.Restart, b.exitCode, b.restarts, b.stopped) {
			if err := e.start(b); err != nil {
				b.exitCode = 128
			}
		}
	}
}

// StopAll ends every container as a machine does that is switched off, so that no goroutine is left.
func (e *Engine) StopAll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for w := range e.watchers {
		e.unwatch(w)
	}
	for _, b := range e.boxes() {
		b.stopped = true
		if b.run != nil {
			e.ended(b, b.run, 137)
		}
		if b.state == engine.Restarting {
			b.state = engine.Exited
		}
		b.closeStreams()
	}
}

// Crash ends a container's program as if it had failed by itself: its restart policy applies.
func (e *Engine) Crash(name string, code int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	b, err := e.box(name)
	if err != nil {
		return err
	}
	if b.run != nil {
		e.ended(b, b.run, code)
	}
	return nil
}
