package evaltest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// ErrInjected is in the error of a step that a Fault made fail.
var ErrInjected = errors.New("injected fault")

// Fault is what goes wrong at one step.
type Fault struct {
	// Step is where it strikes; when it is empty, N counts the steps that begin, from 1, undo steps included.
	Step plan.ID
	N    int
	// Delay passes first, unless the step is told to end.
	Delay time.Duration
	// After lets the step have its effect first: the engine did it, and the answer was lost.
	After bool
	// Fail makes the step fail.
	Fail bool
	// Hang keeps the step from ending until it is told to.
	Hang bool
	// Deaf keeps a hanging step from listening: it never ends.
	Deaf bool
}

// Faults wraps Doers so that steps go wrong as asked.
type Faults struct {
	List []Fault

	mu    sync.Mutex
	begun int
}

// Wrap returns doers with the faults in front.
func (f *Faults) Wrap(doers map[plan.Op]kind.Doer) map[plan.Op]kind.Doer {
	wrapped := make(map[plan.Op]kind.Doer, len(doers))
	for op, inner := range doers {
		wrapped[op] = kind.DoerFunc(func(ctx context.Context, s plan.Step, in kind.Inputs) (kind.Outputs, error) {
			fault := f.next(s.ID)
			if !fault.After {
				if err := fault.strike(ctx); err != nil {
					return nil, err
				}
				return inner.Do(ctx, s, in)
			}
			outputs, err := inner.Do(ctx, s, in)
			if err == nil {
				err = fault.strike(ctx)
			}
			return outputs, err
		})
	}
	return wrapped
}

// next counts a step and finds its fault; the zero Fault does nothing.
func (f *Faults) next(id plan.ID) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun++
	for _, fault := range f.List {
		if fault.Step == id || fault.Step == "" && fault.N == f.begun {
			return fault
		}
	}
	return Fault{}
}

func (f Fault) strike(ctx context.Context) error {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if f.Deaf {
		select {}
	}
	if f.Hang {
		<-ctx.Done()
		return ctx.Err()
	}
	if f.Fail {
		return ErrInjected
	}
	return nil
}

// Doers gives every Op of a plan the same Doer.
func Doers(p *plan.Plan, doer kind.Doer) map[plan.Op]kind.Doer {
	doers := map[plan.Op]kind.Doer{}
	for _, steps := range [][]plan.Step{p.Steps, p.Undo} {
		for i := range steps {
			doers[steps[i].Op] = doer
		}
	}
	return doers
}

// Idle is a Doer that takes a while and does nothing.
func Idle(d time.Duration) kind.Doer {
	return kind.DoerFunc(func(ctx context.Context, _ plan.Step, _ kind.Inputs) (kind.Outputs, error) {
		select {
		case <-time.After(d):
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
}
