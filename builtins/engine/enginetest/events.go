package enginetest

import (
	"context"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func eventsTests() tests {
	return tests{
		"watch sees start and die": watchStartAndDie,
	}
}

func watchStartAndDie(w *world) {
	id := w.create(w.spec("a", "exit", "0"))
	other := w.spec("b", "exit", "0")
	other.Labels = map[string]string{Label: w.id + "-other"}
	unseen := w.create(other)

	ctx, cancel := context.WithCancel(w.ctx)
	defer cancel()
	watch, err := w.Watch(ctx, w.labels())
	w.need(err)
	w.need(w.StartContainer(w.ctx, unseen))
	w.need(w.StartContainer(w.ctx, id))
	var seen []string
	for !slices.Contains(seen, "die") {
		select {
		case event, open := <-watch:
			if !open {
				w.Fatalf("the watch ended after %v", seen)
			}
			if event.Container != id || event.Labels[Label] != w.id {
				w.Errorf("got an event of another container: %+v", event)
			}
			seen = append(seen, event.Action)
		case <-time.After(20 * time.Second):
			w.Fatalf("no die came after %v", seen)
		}
	}
	if !slices.Equal(seen, []string{"start", "die"}) {
		w.Errorf("saw %v, want start, die", seen)
	}
	cancel()
	for range watch { // ends, since the channel is closed
	}
	if state := w.state(id).State; state != engine.Exited {
		w.Errorf("after die the container is %s", state)
	}
}
