package helper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
)

// recordKeeper is the container through which a recipe's record can be read without a helper: it is never
// started and only mounts the volume. It also keeps the helper's image, and the volume, from being pruned.
type recordKeeper struct {
	done chan struct{} // closed when it exists
	err  error
	drop bool // remove it, and the volume, in Close
}

// keepRecord runs in the background of a session.
func (s *Session) keepRecord(ctx context.Context) {
	defer close(s.record.done)
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	s.record.err = errors.Join(s.ensureRecord(ctx), s.removeGuests(ctx))
}

// ensureRecord has the container exist, made from the current helper's image so that older ones become free.
func (s *Session) ensureRecord(ctx context.Context) error {
	name := RecordName(s.options.Recipe.Name)
	c, err := s.engine.Container(ctx, name)
	switch {
	case errors.Is(err, engine.ErrNotFound):
	case err != nil:
		return err
	case c.Labels[label.Role] != RoleRecord || c.Labels[label.Recipe] != s.options.Recipe.Name:
		return fmt.Errorf("container %s has the name of recipe %s's record and is not it: rename the one or the other", name, s.options.Recipe.Name)
	case c.Image == s.binary.tag:
		return nil
	default:
		if err := s.engine.RemoveContainer(ctx, c.ID); err != nil {
			return err
		}
	}
	_, err = ofImage(ctx, s.engine, s.binary, func() (string, error) {
		return s.engine.CreateContainer(ctx, engine.ContainerSpec{
			Name: name, Image: s.binary.tag, Command: s.options.Command, NetworkMode: "none", ReadOnly: true,
			Labels: map[string]string{label.Recipe: s.options.Recipe.Name, label.Origin: s.options.Recipe.Origin, label.Role: RoleRecord},
			Mounts: []engine.Mount{{Volume: name, Target: RecordDir}},
		})
	})
	return err
}

// RecordKept waits until the record can be read without a session.
func (s *Session) RecordKept(ctx context.Context) error {
	select {
	case <-s.record.done:
		return s.record.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// DropRecord has Close remove the recipe's record: the last thing that a destroy does.
func (s *Session) DropRecord() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record.drop = true
}

// removeRecord runs in Close: the container while the lock is held still, the volume when nothing mounts it.
func (s *Session) removeRecord(ctx context.Context) error {
	name := RecordName(s.options.Recipe.Name)
	c, err := s.engine.Container(ctx, name)
	switch {
	case err == nil && c.Labels[label.Role] == RoleRecord:
		if err := s.engine.RemoveContainer(ctx, c.ID); err != nil {
			return err
		}
	case err != nil && !errors.Is(err, engine.ErrNotFound):
		return err
	}
	s.AtEnd(func(ctx context.Context) error { return RemoveUnused(ctx, s.engine, name) })
	return nil
}

// RemoveUnused removes a volume unless something mounts it: then it is in the hands of whoever does.
func RemoveUnused(ctx context.Context, e engine.Volumes, name string) error {
	// An engine lets go of a removed container's volumes a moment after the container is gone.
	for end := time.Now().Add(500 * time.Millisecond); ; {
		err := e.RemoveVolume(ctx, name)
		if !errors.Is(err, engine.ErrInUse) {
			return err
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}
