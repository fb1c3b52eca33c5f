package apply_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/evaltest"
	"github.com/deployrecipe/recipe/eval/evaltest/random"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawPlan makes a plan of two groups and steps of none, each undone by a step of its own.
func drawPlan(t *rapid.T) (*plan.Plan, []evaltest.Fault) {
	var forward, back []evaltest.Step
	var faults []evaltest.Fault
	for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
		undo := evaltest.S(fmt.Sprint("undo", i))
		s := evaltest.S(fmt.Sprint("step", i)).UndoneBy(undo.ID).In(rapid.SampledFrom([]string{"", "g", "h"}).Draw(t, "group"))
		for j := range forward {
			if rapid.IntRange(0, 3).Draw(t, "need") == 0 {
				s = s.After(forward[j].ID)
			}
		}
		s.Commit = rapid.IntRange(0, 9).Draw(t, "commit") == 0
		forward, back = append(forward, s), append(back, undo)
		faults = append(faults, evaltest.Fault{Step: s.ID, Delay: time.Duration(rapid.IntRange(0, 5).Draw(t, "delay")) * time.Second,
			After: rapid.Bool().Draw(t, "after"), Fail: rapid.IntRange(0, 7).Draw(t, "fail") == 0})
	}
	return evaltest.Plan(forward, back), faults
}

// Whatever fails and however long things take, what runs is what the plan says: each step after its needs
// and at most once, each step accounted for, and ways back that are those that Validate has proved.
func TestAnyPlanIsCarriedOutAsItSays(t *testing.T) {
	random.Check(t, func(rt *rapid.T) {
		p, faults := drawPlan(rt)
		cancelAfter := time.Duration(rapid.IntRange(0, 40).Draw(rt, "cancel")) * 500 * time.Millisecond
		parallel := rapid.IntRange(1, 4).Draw(rt, "parallelism")
		synctest.Test(t, func(*testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), cancelAfter)
			defer cancel()
			var events []event.Event
			o := apply.Options{Parallelism: parallel, Sink: func(e event.Event) { events = append(events, e) }}
			o.Doers = (&evaltest.Faults{List: faults}).Wrap(evaltest.Doers(p, evaltest.Idle(time.Second)))
			result, _ := apply.Run(ctx, p, o)
			check(rt, p, result, events, parallel)
		})
	})
}

func check(t *rapid.T, p *plan.Plan, result *apply.Result, events []event.Event, parallel int) {
	done, begun := map[plan.ID]bool{}, map[plan.ID]bool{}
	active := 0
	for _, e := range events {
		if e.Undo {
			continue
		}
		switch e.Type {
		case event.StepStarted:
			if begun[e.Step] {
				t.Fatalf("%s began twice", e.Step)
			}
			begun[e.Step] = true
			for _, need := range p.Steps[slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.ID == e.Step })].Needs {
				if !done[need] {
					t.Fatalf("%s began before %s was done", e.Step, need)
				}
			}
			if active++; active > parallel {
				t.Fatalf("%d steps at once", active)
			}
		case event.StepDone, event.StepFailed:
			active--
			done[e.Step] = e.Type == event.StepDone
		}
	}
	forward := slices.DeleteFunc(slices.Clone(result.Failed), func(f *apply.StepError) bool { return f.Undo })
	if n := len(result.Done) + len(forward) + len(result.Skipped); n != len(p.Steps) {
		t.Fatalf("%d steps of %d are accounted for", n, len(p.Steps))
	}
	var begunIDs []plan.ID
	for id := range begun {
		begunIDs = append(begunIDs, id)
	}
	for _, group := range []string{"g", "h"} {
		checkBack(t, p, result, group, begunIDs)
	}
}

// checkBack compares a group's way back with the plan's.
func checkBack(t *rapid.T, p *plan.Plan, result *apply.Result, group string, begun []plan.ID) {
	complete := true
	for _, s := range p.Steps {
		complete = complete && (s.Group != group || slices.Contains(result.Done, s.ID))
	}
	var want, got []plan.ID
	if !complete {
		for _, s := range plan.UndoFor(p, group, begun, result.Done) {
			want = append(want, s.ID)
		}
	}
	for _, r := range result.Reverted {
		if r.Group == group {
			got = append(got, r.Steps...)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("way back of %s (-plan +apply):\n%s", group, diff)
	}
}
