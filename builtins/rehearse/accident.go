package rehearse

import (
	"context"
	"errors"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Kind of an accident.
type Kind string

// The kinds.
const (
	Failure Kind = "failure" // the step fails
	Hang    Kind = "hang"    // it does not end until its limit
	Crash   Kind = "crash"   // the tool is killed
)

// Accident is what goes wrong at one step of the way forward. The zero Accident is none.
type Accident struct {
	Kind  Kind
	Step  plan.ID
	Title string
	// After says that the step has had its effect; the way back knows as little of that as in earnest.
	After bool
}

// String names the accident.
func (a Accident) String() string {
	if a.Kind == "" {
		return "the good path"
	}
	when := "before"
	if a.After {
		when = "after"
	}
	return fmt.Sprintf("%s %s %q", a.Kind, when, a.Title)
}

// Accidents are all that can happen to a plan's steps: by kind, then by step.
func Accidents(p *plan.Plan) []Accident {
	var all []Accident
	for _, kind := range []Kind{Failure, Hang, Crash} {
		for _, step := range p.Steps {
			if kind == Hang && step.Limit == 0 {
				continue // nothing but the step itself bounds it
			}
			for _, after := range []bool{false, true} {
				all = append(all, Accident{Kind: kind, Step: step.ID, Title: step.Title, After: after})
			}
		}
	}
	return all
}

// ErrInjected is in the error of a step that was made to fail.
var ErrInjected = errors.New("made to fail")

// Wrap gives a step its accident, for simulated.ApplyOptions. Its way back works.
func (a Accident) Wrap(w *simulated.World) func(plan.Op, kind.Doer) kind.Doer {
	return func(_ plan.Op, doer kind.Doer) kind.Doer {
		return kind.DoerFunc(func(ctx context.Context, s plan.Step, in kind.Inputs) (kind.Outputs, error) {
			if s.ID != a.Step {
				return doer.Do(ctx, s, in)
			}
			if a.After {
				if _, err := doer.Do(ctx, s, in); err != nil {
					return nil, err
				}
			}
			switch a.Kind {
			case Hang:
				<-ctx.Done()
				return nil, ctx.Err()
			case Crash:
				w.Kill()
				return nil, simulated.ErrKilled
			}
			return nil, ErrInjected
		})
	}
}
