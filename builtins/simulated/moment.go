package simulated

import (
	"errors"
	"fmt"
	"sync"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
)

// ErrKilled is what a session gets for everything after its end.
var ErrKilled = errors.New("killed")

// Moment is a time in an apply at which it may end: right before something changes, or right after.
type Moment struct {
	N     int // from 1, counted over the apply
	What  string
	After bool
}

// String names the moment.
func (m Moment) String() string {
	when := "before"
	if m.After {
		when = "after"
	}
	return fmt.Sprintf("moment %d, %s: %s", m.N, when, m.What)
}

// session is one apply's hold on the world.
type session struct {
	kill func(Moment) bool // nil for never
	hard chan struct{}     // closed at its end

	mu      sync.Mutex
	moments []Moment
	dead    bool
}

// reach passes a moment, or ends the session at it.
func (s *session) reach(what string, after bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return ErrKilled
	}
	m := Moment{N: len(s.moments) + 1, What: what, After: after}
	s.moments = append(s.moments, m)
	if s.kill != nil && s.kill(m) {
		s.end()
		return ErrKilled
	}
	return nil
}

// end is called under the lock.
func (s *session) end() {
	if !s.dead {
		s.dead = true
		close(s.hard)
	}
}

// Kill ends the apply that runs, as kill -9 does.
func (w *World) Kill() {
	w.mu.Lock()
	s := w.session
	w.mu.Unlock()
	if s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.end()
	}
}

// alive is for apply.Options.
func (s *session) alive() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return ErrKilled
	}
	return nil
}

// moment passes a moment of the session that runs, if any.
func (w *World) moment(what string, after bool) error {
	w.mu.Lock()
	s := w.session
	w.mu.Unlock()
	if s == nil {
		return nil
	}
	w.stirUp()
	return s.reach(what, after)
}

// stirUp tells those who watch that something changes.
func (w *World) stirUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.stir)
	w.stir = make(chan struct{})
}

// stirred closes at the next change that an apply makes.
func (w *World) stirred() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stir
}

// fault has the engine's changes be moments, and keeps a dead session from asking anything.
func (w *World) fault(c sim.Call) error {
	w.mu.Lock()
	s := w.session
	w.mu.Unlock()
	switch {
	case s == nil:
		return nil
	case !c.Write:
		return s.alive()
	}
	w.stirUp()
	return s.reach(describe(c), c.After)
}

func describe(c sim.Call) string {
	if len(c.Args) == 0 {
		return c.Method
	}
	switch of := c.Args[0].(type) {
	case engine.ContainerSpec:
		return c.Method + " " + of.Name
	case engine.NetworkSpec:
		return c.Method + " " + of.Name
	case engine.VolumeSpec:
		return c.Method + " " + of.Name
	case string:
		return c.Method + " " + of
	}
	return c.Method
}
