package main

import (
	"context"

	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/event"
)

// forgetful takes from the record what the edge was seen to do before a way back begins. That ends where the apply
// began, so one that is killed right before HAProxy is told would look as if nothing had happened.
func (c *carrier) forgetful(ctx context.Context, sink event.Sink) event.Sink {
	return func(e event.Event) {
		if e.Type == event.Reverting && c.made.recorded.Edge != "" {
			kept := *c.made.recorded
			kept.Edge = ""
			kept = c.head.Moved.Kept(kept)
			// Where it cannot be written the way back counts for more.
			_ = record.Write(context.WithoutCancel(ctx), c.session, &kept)
		}
		sink(e)
	}
}
