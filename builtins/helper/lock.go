package helper

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
)

const (
	// A lock's container is started within a second or two of its making; where that did not happen within staleAge
	// its maker died in between. Since two clocks differ, we also look at it for watchStale ourselves.
	staleAge   = 15 * time.Second
	watchStale = 3 * time.Second
	// Events tell when a lock is free; in case one is missed we look this often.
	lookAgain = time.Second
	// A create or a removal that was begun is carried through, whatever happens to its context.
	finish = 30 * time.Second
)

// line is one client's place in the queue for a lock. The queue has no order.
type line struct {
	engine engine.Engine
	Options
	binary binaryFile

	deadline time.Time
	events   <-chan engine.Event
	// first is when we saw the container that stands in the way first.
	first   time.Time
	blocker string
}

// acquire creates the lock's container and returns its id.
func (l *line) acquire(ctx context.Context) (string, error) {
	l.deadline = time.Now().Add(l.Wait)
	ctx, cancel := context.WithCancel(ctx) // ends the watch
	defer cancel()
	for {
		id, err := ofImage(ctx, l.engine, l.binary, func() (string, error) { return l.create(ctx) })
		switch {
		case err == nil:
			return id, nil
		case errors.Is(err, engine.ErrConflict):
			if err := l.standBy(ctx); err != nil {
				return "", err
			}
		default:
			return "", fmt.Errorf("locking recipe %s: %w", l.Recipe.Name, err)
		}
	}
}

// create tries once. It leaves nothing behind when it fails: an answer that was lost is looked up.
func (l *line) create(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	token := rand.Text()
	sure, cancel := context.WithTimeout(context.WithoutCancel(ctx), finish)
	defer cancel()
	id, err := l.engine.CreateContainer(sure, lockSpec(l.Options, l.binary.tag, token))
	if errors.Is(err, engine.ErrLost) {
		if c, _ := lockContainer(sure, l.engine, l.Recipe.Name); c != nil && c.Labels[labelToken] == token {
			id, err = c.ID, nil
		}
	}
	if err == nil && ctx.Err() != nil {
		return "", errors.Join(ctx.Err(), l.engine.RemoveContainer(sure, id))
	}
	return id, err
}

// standBy returns nil when it is worth trying again.
func (l *line) standBy(ctx context.Context) error {
	c, err := lockContainer(ctx, l.engine, l.Recipe.Name)
	if err != nil {
		return err
	}
	if c == nil { // removed since, or its making has only taken the name yet
		l.sleep(ctx, "", 10*time.Millisecond)
		return ctx.Err()
	}
	if c.ID != l.blocker {
		l.blocker, l.first = c.ID, time.Now()
	}
	dead, verdict := l.judge(*c)
	if dead {
		return l.remove(ctx, c.ID)
	}
	left := max(time.Until(l.deadline), verdict)
	if left <= 0 {
		return held(l.Recipe.Name, *c)
	}
	if l.events == nil {
		return l.watch(ctx, *c)
	}
	l.sleep(ctx, c.ID, min(left, lookAgain))
	return ctx.Err()
}

// judge tells whether a lock's holder is dead, or how long it takes at most until that is known of one that has not
// started its container yet.
func (l *line) judge(c engine.Container) (dead bool, verdict time.Duration) {
	switch c.State {
	case engine.Exited, engine.Dead:
		return true, 0 // the engine is about to remove it, or failed to
	case engine.Created:
		seen := time.Since(l.first)
		left := min(staleAge-seen, max(staleAge-time.Since(c.Created), watchStale-seen))
		return left < 0, left + time.Millisecond
	}
	return false, 0
}

func (l *line) remove(ctx context.Context, id string) error {
	sure, cancel := context.WithTimeout(context.WithoutCancel(ctx), finish)
	defer cancel()
	// By id, since the name may have another holder by now. The engine may be removing it itself.
	err := l.engine.RemoveContainer(sure, id)
	if err == nil || errors.Is(err, engine.ErrInUse) || errors.Is(err, engine.ErrConflict) {
		l.sleep(ctx, id, 10*time.Millisecond)
		return ctx.Err()
	}
	return fmt.Errorf("breaking the lock of recipe %s, whose holder is gone: %w", l.Recipe.Name, err)
}

// watch subscribes to the lock's events. The lock may have become free before, so there is a try right after.
func (l *line) watch(ctx context.Context, c engine.Container) error {
	if l.Waiting != nil {
		l.Waiting(held(l.Recipe.Name, c))
	}
	events, err := l.engine.Watch(ctx, map[string]string{label.Recipe: l.Recipe.Name, label.Role: RoleLock})
	l.events = events
	return err
}

// sleep waits until the container is gone, or for so long.
func (l *line) sleep(ctx context.Context, id string, limit time.Duration) {
	timeout := time.After(limit)
	for {
		select {
		case event, open := <-l.events:
			if !open {
				l.events = nil // subscribe again, after the time
				<-timeout
				return
			}
			if event.Container == id && event.Action == "destroy" {
				return
			}
		case <-timeout:
			return
		case <-ctx.Done():
			return
		}
	}
}
