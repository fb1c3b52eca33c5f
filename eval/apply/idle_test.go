package apply_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/evaltest"
	"github.com/deployrecipe/recipe/eval/plan"
)

// waiting is a plan of three steps that only wait and two that work.
func waiting() *plan.Plan {
	p := evaltest.Plan([]evaltest.Step{evaltest.S("wait-1"), evaltest.S("wait-2"), evaltest.S("wait-3"),
		evaltest.S("work-1"), evaltest.S("work-2")}, nil)
	for i := range 3 {
		p.Steps[i].Idle = true
	}
	return p
}

// Steps that only wait take no place among those that work at once.
func TestIdleStepsAreNotBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if _, err := apply.Run(t.Context(), waiting(), apply.Options{Doers: evaltest.Doers(waiting(), evaltest.Idle(time.Second)), Parallelism: 1}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("took %s; the two that work take a second each, one after the other, and the others wait meanwhile", took)
		}
	})
}

// Whoever cancels waits for steps that work, and not for those that only wait.
func TestCancelBreaksWaitingOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := evaltest.Plan([]evaltest.Step{evaltest.S("hold")}, nil)
		p.Steps[0].Idle = true
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := apply.Run(ctx, p, apply.Options{Doers: evaltest.Doers(p, evaltest.Idle(time.Hour))})
		if took := time.Since(start); took != time.Second || err == nil {
			t.Errorf("took %s with error %v; want an error after one second", took, err)
		}
	})
}

// A group that failed is taken back at once: nothing waits for its steps that only wait.
func TestFailureEndsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := evaltest.S
		p := evaltest.Plan([]evaltest.Step{s("shift").In("web").UndoneBy("back"), s("hold").In("web").After("shift"),
			s("gate").In("web").After("shift"), s("next").In("web").After("hold", "gate"), s("other")},
			[]evaltest.Step{s("back")})
		p.Steps[1].Idle = true
		faults := []evaltest.Fault{{Step: "hold", Delay: time.Hour}, {Step: "gate", Delay: 3 * time.Second, Fail: true}}
		result, err := run(t, p, apply.Options{}, faults, `
			1s done shift (1.0s)
			1.2s done other (1.2s)
			4s FAILED gate: injected fault (3.0s)
			4s skip next
			4s skip hold (3.0s)
			4s revert web: back
			5s done undo back (1.0s)
			`)
		if len(result.Failed) != 1 || len(result.Skipped) != 2 || err == nil {
			t.Errorf("result %+v, error %v", result, err)
		}
	})
}
