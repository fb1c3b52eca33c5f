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
	locals  map[string]func() (engine.Image, error)
	remotes map[string]func() (string, error)
}

func askOnce(r engine.Reader) engine.Reader {
	return &once{Reader: r, locals: map[string]func() (engine.Image, error){}, remotes: map[string]func() (string, error){}}
}

// Image asks for a local image, or waits for whoever asks already.
func (o *once) Image(ctx context.Context, ref string) (engine.Image, error) {
	return asked(&o.mu, o.locals, ref, func() (engine.Image, error) { return o.Reader.Image(ctx, ref) })
}

// RemoteDigest asks for a registry's digest likewise.
func (o *once) RemoteDigest(ctx context.Context, ref string) (string, error) {
	return asked(&o.mu, o.remotes, ref, func() (string, error) { return o.Reader.RemoteDigest(ctx, ref) })
}

func asked[T any](mu *sync.Mutex, all map[string]func() (T, error), ref string, ask func() (T, error)) (T, error) {
	mu.Lock()
	answer, ok := all[ref]
	if !ok {
		answer = sync.OnceValues(ask)
		all[ref] = answer
	}
	mu.Unlock()
	return answer()
}
