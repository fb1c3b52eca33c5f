package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// errHeld is what flock gives while another process has the lock.
var errHeld = errors.New("the lock is held")

// Lock takes the kernel's lock on a file, which the kernel gives back when the helper dies, however it dies.
// Asking again and again is how a wait for it can be cancelled; it is held for some 100 ms at most.
func (s *service) Lock(in wire.Lock, out *wire.Token) error {
	ctx, end := s.begin(in.Call)
	defer end()
	root, err := s.open(in.Dir)
	if err != nil {
		return wire.Pack(err)
	}
	defer root.Close()
	f, err := lockFile(ctx, root, path.Clean(in.Path))
	if err != nil {
		return wire.Pack(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.locks[s.last] = f
	out.ID = s.last
	if s.ctx.Err() != nil { // the client went while it waited, and unlockAll has been by
		return f.Close()
	}
	return nil
}

func lockFile(ctx context.Context, root *os.Root, name string) (*os.File, error) {
	f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 10*time.Millisecond) {
		err := flock(f)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, errHeld) {
			return nil, errors.Join(fmt.Errorf("locking %s: %w", name, err), f.Close())
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("waiting for the lock %s: %w", name, ctx.Err()), f.Close())
		}
	}
}

// Unlock gives a lock back. One that is not held is no error.
func (s *service) Unlock(in wire.Token, _ *wire.None) error {
	s.hear()
	s.mu.Lock()
	held := s.locks[in.ID]
	delete(s.locks, in.ID)
	s.mu.Unlock()
	if held == nil {
		return nil
	}
	return wire.Pack(held.Close())
}

// unlockAll is for a helper that serves in a process which lives on, as in tests.
func (s *service) unlockAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, f := range s.locks {
		_ = io.Closer(f).Close()
		delete(s.locks, id)
	}
}
