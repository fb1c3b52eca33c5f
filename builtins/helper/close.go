package helper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
)

// What Close waits for the helper to end by itself, and for the engine to remove its container.
const (
	endLimit  = 5 * time.Second
	closeStep = 10 * time.Millisecond
)

// Close gives the lock back and returns when it is free. The context may be one that has ended: giving back is
// carried through.
func (s *Session) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finish)
	defer cancel()
	<-s.record.done
	var errs []error
	if s.record.drop {
		errs = append(errs, s.removeRecord(ctx))
	}
	errs = append(errs, s.leaveEdge(ctx))
	s.end(ctx)
	if err := s.gone(ctx); err != nil {
		errs = append(errs, fmt.Errorf("giving back the lock of recipe %s: %w", s.options.Recipe.Name, err))
	}
	for _, f := range s.atEnd {
		errs = append(errs, f(ctx))
	}
	return errors.Join(errs...)
}

// end has the helper exit. One that never came up leaves nothing to wait for.
func (s *Session) end(ctx context.Context) {
	up := s.Ready(ctx) == nil
	s.lose(errors.New("the session is closed"))
	s.stop()
	s.mu.Lock()
	stream := s.stream
	s.mu.Unlock()
	if up {
		_ = stream.CloseWrite()
		select {
		case <-s.over:
		case <-time.After(endLimit):
		}
	}
	if stream != nil {
		_ = stream.Close()
	}
}

// gone waits until the engine has removed the container, and removes it itself where the engine does not.
func (s *Session) gone(ctx context.Context) error {
	for end := time.Now().Add(endLimit); s.failed == nil && time.Now().Before(end); time.Sleep(closeStep) {
		if _, err := s.engine.Container(ctx, s.id); errors.Is(err, engine.ErrNotFound) {
			return nil
		}
	}
	err := s.engine.RemoveContainer(ctx, s.id)
	if errors.Is(err, engine.ErrUnreachable) {
		return fmt.Errorf("the engine does so itself when it is up again: %w", err)
	}
	return err
}

// leaveEdge sees to it that no empty volume stays behind where there is no edge: mounting it made it.
func (s *Session) leaveEdge(ctx context.Context) error {
	if s.options.Edge == "" || s.Ready(ctx) != nil {
		return nil
	}
	c, err := s.engine.Container(ctx, s.options.Edge)
	if err == nil && c.Labels[label.Role] == RoleEdge || err != nil && !errors.Is(err, engine.ErrNotFound) {
		return nil
	}
	files, err := s.ReadFiles(ctx, EdgeDir, "cfg", "maps")
	if err != nil || len(files) > 0 {
		return nil // what an edge would serve when it is made again
	}
	s.AtEnd(func(ctx context.Context) error { return RemoveUnused(ctx, s.engine, s.options.Edge) })
	return nil
}
