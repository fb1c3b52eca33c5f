package image

import (
	"context"
	"sync"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// once is a reader that asks the engine about each image one time only, however many blocks name it.
type once struct {
	engine.Reader
	mu      sync.Mutex
	locals  map[string]*answer[engine.Image]
	remotes map[string]*answer[string]
}

func askOnce(r engine.Reader) engine.Reader {
	return &once{Reader: r, locals: map[string]*answer[engine.Image]{}, remotes: map[string]*answer[string]{}}
}

// Image asks for a local image, or waits for whoever asks already.
func (o *once) Image(ctx context.Context, ref string) (engine.Image, error) {
	return asked(ctx, &o.mu, o.locals, ref, func() (engine.Image, error) { return o.Reader.Image(ctx, ref) })
}

// RemoteDigest asks for a registry's digest likewise.
func (o *once) RemoteDigest(ctx context.Context, ref string) (string, error) {
	return asked(ctx, &o.mu, o.remotes, ref, func() (string, error) { return o.Reader.RemoteDigest(ctx, ref) })
}

// answer is what the first who asked was told, once done is closed.
type answer[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// asked asks, or waits for whoever asks already, but no longer than ctx allows.
func asked[T any](ctx context.Context, mu *sync.Mutex, all map[string]*answer[T], ref string, ask func() (T, error)) (T, error) {
	mu.Lock()
	a, ok := all[ref]
	if !ok {
		a = &answer[T]{done: make(chan struct{})}
		all[ref] = a
	}
	mu.Unlock()
	if !ok {
		a.value, a.err = ask()
		close(a.done)
	}
	select {
	case <-a.done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
