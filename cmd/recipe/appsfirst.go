package main

import (
	"slices"
	"sync"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
)

// appsFirst lets an app's container start before the helper's: what an app takes to boot is the longest part of most
// deploys, two containers that start at once take longer each, and the helper is not needed before the app is probed.
type appsFirst struct {
	starts  map[plan.ID]bool
	once    sync.Once
	started chan struct{} // closed when the first of them has ended, well or not
}

// newAppsFirst finds the starts of a plan that wait for nothing that a helper does: they need a create alone.
func newAppsFirst(p *plan.Plan) *appsFirst {
	creates, starts := map[plan.ID]bool{}, map[plan.ID]bool{}
	for i := range p.Steps {
		if p.Steps[i].Op == container.OpCreate {
			creates[p.Steps[i].ID] = true
		}
	}
	other := func(need plan.ID) bool { return !creates[need] }
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Op == container.OpStart && !slices.ContainsFunc(s.Needs, other) {
			starts[s.ID] = true
		}
	}
	f := &appsFirst{starts: starts, started: make(chan struct{})}
	if len(starts) == 0 {
		close(f.started)
	}
	return f
}

// watch passes events on.
func (f *appsFirst) watch(sink event.Sink) event.Sink {
	return func(e event.Event) {
		ended := e.Type == event.StepDone || e.Type == event.StepFailed || e.Type == event.StepSkipped
		if ended && f.starts[e.Step] {
			f.once.Do(func() { close(f.started) })
		}
		sink(e)
	}
}
