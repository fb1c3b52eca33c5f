// Package apply carries a plan out.
//
// It decides nothing: which steps there are, what they wait for, what takes them back and how long they may
// take all stand in the plan. One loop owns the state. It starts what the graph has freed, in the plan's
// order, up to a bound; each running step is a goroutine that ends with one message to the loop. A step that
// waits is a number in a table, so a thousand waiting steps cost a thousand integers.
//
// When a step fails, whatever needs it is skipped, and so is the rest of its group, for a group stands or
// falls together; other groups and steps go on. As soon as the group's last running step has ended, its way
// back runs, one step after the other in the order that plan.Validate has proved, beside whatever else is
// running. A group that cannot be finished because a step outside of it failed has failed too, and so has in the
// end an ancillary one that has become of no use to anybody.
//
// Cancelling the context lets running steps finish, starts no more, and takes back the groups that are
// neither finished nor committed. Closing Options.Hard cancels running steps, undo steps included, and
// leaves the rest as it is: the next plan sees where things stand.
package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Defaults of Options.
const (
	DefaultParallelism = 10
	DefaultGrace       = 5 * time.Second
)

// Options say with what a plan is carried out.
type Options struct {
	// Doers has the implementation of each Op in the plan.
	Doers map[plan.Op]kind.Doer
	// Parallelism bounds how many steps of the way forward run at once; 0 means DefaultParallelism.
	Parallelism int
	// Secret gives the sensitive value at a path of a resource.
	Secret func(a addr.Addr, path string) (string, error)
	// Sink receives what happens, one event at a time; nil for nobody.
	Sink event.Sink
	// Alive is asked before every step, those of the way back included. Its error ends the apply without
	// another step: what it guards, such as the recipe's lock, is no longer ours, so neither is the way back.
	Alive func() error
	// Hard, when closed, stops at once.
	Hard <-chan struct{}
	// Grace is how long a step that was told to stop has to return before it is given up; 0 means
	// DefaultGrace.
	Grace time.Duration
}

// StepError is the failure of one step.
type StepError struct {
	Step  plan.ID
	Addr  addr.Addr
	Title string
	Cause plan.Cause
	Undo  bool // the step is one of the way back
	Err   error
}

// Error tells which step failed, and why.
func (e *StepError) Error() string { return fmt.Sprintf("%s: %s: %v", e.Addr, e.Title, e.Err) }

// Unwrap gives the reason.
func (e *StepError) Unwrap() error { return e.Err }

// Reverted is a group that was taken back.
type Reverted struct {
	Group string
	Steps []plan.ID // the undo steps that are done, in order
	// Err is why the way back was not finished; nil when it was.
	Err error
}

// Result is how an apply ended. Lists are in the order in which things happened.
type Result struct {
	Done     []plan.ID
	Failed   []*StepError
	Skipped  []plan.ID // never began, or only waited when their group failed
	Reverted []Reverted
	// Paused are the groups that wait for somebody to decide: they came to a step that pauses, or failed and, as the
	// plan says, stay as they are.
	Paused  []string
	Outputs map[plan.ID]kind.Outputs
}

// ErrCancelled is in the error of an apply that was told to end.
var ErrCancelled = errors.New("cancelled")

// ErrLost is in the error of an apply that ended because Options.Alive said so.
var ErrLost = errors.New("the apply lost its hold")

// Run carries p out. The result is there even when the error is not nil, except when nothing ran since p
// does not link or an Op has no Doer. The error joins what failed, each a *StepError, and why Run ended early.
func Run(ctx context.Context, p *plan.Plan, o Options) (*Result, error) {
	g, err := plan.Link(p.Steps, p.Undo)
	if err != nil {
		return nil, err
	}
	for _, steps := range [][]plan.Step{p.Steps, p.Undo} {
		for i := range steps {
			if o.Doers[steps[i].Op] == nil {
				return nil, fmt.Errorf("nothing here can carry out %q, which step %q asks for", steps[i].Op, steps[i].ID)
			}
		}
	}
	if o.Parallelism <= 0 {
		o.Parallelism = DefaultParallelism
	}
	if o.Grace <= 0 {
		o.Grace = DefaultGrace
	}
	s := newScheduler(ctx, p, g, o)
	defer s.runner.stop(nil)
	s.loop(ctx)
	return s.result, s.err()
}
