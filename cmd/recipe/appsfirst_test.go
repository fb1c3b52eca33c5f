package main

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
)

func TestAppsFirst(t *testing.T) {
	t.Parallel()
	create := plan.Step{ID: "create", Op: container.OpCreate}
	prepare := plan.Step{ID: "prepare", Op: edge.OpPrepare}
	start := func(needs ...plan.ID) plan.Step {
		return plan.Step{ID: "start", Op: container.OpStart, Needs: needs}
	}
	done := func(id plan.ID) event.Event { return event.Event{Type: event.StepDone, Step: id} }
	for _, test := range []struct {
		name  string
		steps []plan.Step
		seen  []event.Event
		want  bool
	}{
		{"nothing starts", []plan.Step{prepare}, nil, true},
		{"still starting", []plan.Step{create, start("create"), prepare}, []event.Event{done("create"), done("prepare"), {Type: event.StepStarted, Step: "start"}}, false},
		{"started", []plan.Step{create, start("create")}, []event.Event{done("create"), done("start")}, true},
		{"failed", []plan.Step{create, start("create")}, []event.Event{{Type: event.StepFailed, Step: "start"}}, true},
		{"starts after what needs the helper", []plan.Step{create, prepare, start("create", "prepare")}, nil, true},
	} {
		f := newAppsFirst(&plan.Plan{Steps: test.steps})
		passed := 0
		sink := f.watch(func(event.Event) { passed++ })
		for _, e := range test.seen {
			sink(e)
		}
		got := false
		select {
		case <-f.started:
			got = true
		default:
		}
		if got != test.want || passed != len(test.seen) {
			t.Errorf("%s: started %v, want %v; %d of %d events passed on", test.name, got, test.want, passed, len(test.seen))
		}
	}
}
