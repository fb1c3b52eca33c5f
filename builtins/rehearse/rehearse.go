// Package rehearse plays a plan on the simulator before it is carried out: once as it is meant, and then with an
// accident at each of its steps.
//
// There are three kinds of accidents, each right before the step has its effect and right after: the step fails; it
// hangs until its limit ends it; the tool itself is killed. What the plan says for that case follows, in virtual time,
// while clients send requests to every route that is open. Then, as people do, the recipe is planned and applied once
// more, with nothing in the way. However the first apply ended, that must lead to where the good path leads, without a
// request lost that the plans did not announce. What does not is a fault of the tool, and so is reported as one: the
// tool's own tests rehearse the same way.
//
// What is played are engine, edge and apps, by package simulated; planning and the steps are the real ones. An app is
// taken for healthy: whether a release is any good no rehearsal can tell.
package rehearse

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Scene is what is rehearsed.
type Scene struct {
	// Begin makes a world as it stands before the plan. It is called in virtual time, once for each rehearsal, by several
	// goroutines at once.
	Begin   func() (*simulated.World, error)
	Desired *state.Desired
	Mode    kind.Mode
	// Before, when it is known, is what stood: after a way back a plan for it would start nothing and move no traffic.
	Before *state.Desired
	// Pick, when set, chooses among the accidents.
	Pick func(Accident) bool
	// Parallelism is how many steps run at once; 0 for the default of applies.
	Parallelism int
	// Steady has whatever happens at one moment happen one after the other, always in the same way: then a rehearsal says
	// the same each time, and finds less than one that lets chance play.
	Steady bool
	// Plan, when set, is the plan that is to be rehearsed. One that the simulator makes otherwise is ErrOther.
	Plan *plan.Plan
}

// ErrOther says that the simulator could not be made to stand as the engine does, so that it plans something else.
var ErrOther = errors.New("the simulator comes to another plan")

// Run rehearses. Diagnostics are those of a plan that cannot be made at all.
func Run(ctx context.Context, s Scene) (*Report, hcl.Diagnostics, error) {
	var good *played
	simulated.Virtually(func() { good = s.play(Accident{}, nil) })
	if good.diags.HasErrors() || good.err != nil {
		return nil, good.diags, good.err
	}
	if s.Plan != nil {
		if title := differs(s.Plan, good.plan); title != "" {
			return nil, nil, fmt.Errorf("%w: they differ in %q", ErrOther, title)
		}
	}
	r := &Report{Recipe: s.Desired.Recipe.Name, Steps: len(good.plan.Steps), Good: good.ending}
	accidents := slices.DeleteFunc(Accidents(good.plan), func(a Accident) bool { return s.Pick != nil && !s.Pick(a) })
	endings := make([]*played, len(accidents))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				simulated.Virtually(func() { endings[i] = s.play(accidents[i], good) })
			}
		})
	}
	for i := range accidents {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	for i, a := range accidents {
		r.Accidents = append(r.Accidents, Outcome{Accident: a, Ending: endings[i].ending})
	}
	return r, nil, nil
}

// differs names the first step in which two plans differ, empty where they do the same.
func differs(a, b *plan.Plan) string {
	for i := range max(len(a.Steps), len(b.Steps)) {
		switch {
		case i >= len(a.Steps):
			return b.Steps[i].Title
		case i >= len(b.Steps):
			return a.Steps[i].Title
		case a.Steps[i].ID != b.Steps[i].ID || string(a.Steps[i].Config) != string(b.Steps[i].Config):
			return a.Steps[i].Title
		}
	}
	return ""
}

// Format is the version of a Report's JSON form.
const Format = 1

// Report is how a plan's rehearsals ended. Durations are of virtual time.
type Report struct {
	Recipe    string
	Steps     int
	Good      Ending
	Accidents []Outcome
}

// Outcome is an accident and how it ended.
type Outcome struct {
	Accident
	Ending
}

// Broken are the rehearsals that did not end well, the good path as one without an accident.
func (r *Report) Broken() []Outcome {
	all := append([]Outcome{{Ending: r.Good}}, r.Accidents...)
	return slices.DeleteFunc(all, func(o Outcome) bool { return len(o.Ending.Broken) == 0 })
}

// Ending is how one rehearsal ended.
type Ending struct {
	// Took is how long the apply ran, its way back included.
	Took time.Duration
	// Result of the apply: "applied", "reverted", "paused", "failed" where nothing was taken back, or "killed".
	Result string
	// Serves tells which releases stand after it: "new", "old", "between" the two, or "nobody" where some request that
	// was answered before is not.
	Serves string
	// Recovery is how long the next apply took, 0 where nothing was left to do.
	Recovery time.Duration
	// Requests that clients sent, how many were lost, and how many of these the plans had announced.
	Requests  int
	Lost      int
	Announced int
	// ByHand says what a person has to do besides the next apply; empty for nothing.
	ByHand string
	// Broken are the promises that did not hold: faults of the tool. Empty where it ended well.
	Broken []string
}
