package main

import (
	"context"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/event"
)

// forgetful takes from the edge what it was seen to do before a way back begins. That ends where the apply began, so one
// that is killed right before HAProxy is told would look as if nothing had happened.
func (c *carrier) forgetful(ctx context.Context, sink event.Sink) event.Sink {
	return func(e event.Event) {
		if e.Type == event.Reverting && world.Facts(c.made.observed).Edge.InForce[c.head.Name].Digest != "" && edgeOf(c.made, c.settings.Edge) != "" {
			// Where it cannot be written the way back counts for more.
			_ = edge.Keep(context.WithoutCancel(ctx), c.session, c.head.Name, world.InForce{})
		}
		sink(e)
	}
}
