package helper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/event"
)

// HeldError says that someone else holds a recipe's lock.
type HeldError struct {
	Recipe string
	By     string    // user@host, empty where the lock does not tell
	Since  time.Time // by the engine's clock
}

// Error tells who holds the lock and what to do.
func (e *HeldError) Error() string {
	by := e.By
	if by == "" {
		by = "someone"
	}
	return fmt.Sprintf("recipe %s is locked by %s since %s (%s ago): wait for it with --lock-timeout 5m",
		e.Recipe, by, event.Moment(e.Since), max(0, time.Since(e.Since)).Round(time.Second))
}

// Holder tells who holds a recipe's lock, nil when nobody does.
func Holder(ctx context.Context, r engine.Reader, recipe string) (*HeldError, error) {
	c, err := lockContainer(ctx, r, recipe)
	if err != nil || c == nil {
		return nil, err
	}
	return held(recipe, *c), nil
}

// HeldBy reads the holder from a lock's container, as a listing shows it; ok is false for any other container.
func HeldBy(c engine.Container) (*HeldError, bool) {
	if c.Labels[label.Role] != RoleLock {
		return nil, false
	}
	return held(c.Labels[label.Recipe], c), true
}

func held(recipe string, c engine.Container) *HeldError {
	return &HeldError{Recipe: recipe, By: c.Labels[labelBy], Since: c.Created}
}

// lockContainer finds a recipe's lock, nil when there is none.
func lockContainer(ctx context.Context, r engine.Reader, recipe string) (*engine.Container, error) {
	c, err := r.Container(ctx, LockName(recipe))
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if c.Labels[label.Role] != RoleLock || c.Labels[label.Recipe] != recipe {
		return nil, fmt.Errorf("container %s has the name of recipe %s's lock and is not it: rename the one or the other", c.Name, recipe)
	}
	return &c, nil
}

// Unlock takes a recipe's lock away from whoever holds it, who finds out before the next step. It returns who
// that was, nil when nobody held it.
func Unlock(ctx context.Context, e engine.Engine, recipe string) (*HeldError, error) {
	c, err := lockContainer(ctx, e, recipe)
	if err != nil || c == nil {
		return nil, err
	}
	// By id: between the look and this the lock may have become another's.
	return held(recipe, *c), e.RemoveContainer(ctx, c.ID)
}
