package sim

import (
	"context"
	"maps"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// watcher holds events for a reader who may be slow.
type watcher struct {
	labels  map[string]string
	pending []engine.Event // under the engine's lock
	wake    chan struct{}  // of one place: something is pending
	lost    chan struct{}  // closed when the engine goes away
}

// Watch subscribes to events.
func (e *Engine) Watch(ctx context.Context, labels map[string]string) (<-chan engine.Event, error) {
	out := make(chan engine.Event)
	err := e.read(ctx, "Watch", []any{labels}, func() error {
		w := &watcher{labels: maps.Clone(labels), wake: make(chan struct{}, 1), lost: make(chan struct{})}
		e.watchers[w] = true
		go e.relay(ctx, w, out)
		return nil
	})
	return out, err
}

func (e *Engine) relay(ctx context.Context, w *watcher, out chan<- engine.Event) {
	defer close(out)
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.watchers, w)
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.lost:
			return
		case <-w.wake:
		}
		e.mu.Lock()
		events := w.pending
		w.pending = nil
		e.mu.Unlock()
		for _, event := range events {
			select {
			case out <- event:
			case <-ctx.Done():
				return
			case <-w.lost:
				return
			}
		}
	}
}

func (e *Engine) unwatch(w *watcher) {
	delete(e.watchers, w)
	close(w.lost)
}

// emit tells the watchers what happened to a container.
func (e *Engine) emit(b *box, action string) {
	for w := range e.watchers {
		if !carries(b.spec.Labels, w.labels) {
			continue
		}
		w.pending = append(w.pending, engine.Event{Container: b.id, Action: action, Labels: maps.Clone(b.spec.Labels)})
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}
