// Package kind is the contract between the evaluator, which knows no Docker and no HAProxy, and the block
// kinds of the language, which do.
package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Kind is one block kind. All its methods are pure.
type Kind interface {
	// Schema describes the block.
	Schema() *schema.Block
	// Export computes an attribute of Schema().Exports for one instance. It is asked for only the
	// attributes that some expression reads, and reads only the arguments that it needs, so that references
	// in a circle of blocks are no circle of values.
	Export(self Instance, name string) (cty.Value, hcl.Diagnostics)
	// Validate finds what is wrong with a resource beyond the types of its arguments.
	Validate(r *state.Resource, d *state.Desired) hcl.Diagnostics
	// Diff says what must happen to the resources and objects of this kind.
	Diff(Input) (Result, hcl.Diagnostics)
}

// Together is fulfilled by kinds of which one resource can be wrong only beside another: ports that listen on one
// number. It is asked once for all of them, since asking each about all others takes the square of the time.
type Together interface {
	// ValidateTogether finds what is wrong with resources of the kind beside each other. They come by
	// address, each having passed Validate's checks of its types.
	ValidateTogether([]*state.Resource, *state.Desired) hcl.Diagnostics
}

// Instance is a block instance under evaluation.
type Instance interface {
	Addr() addr.Addr
	// Named is the address that gives the object its name: of a block that moved, its first one.
	Named() addr.Addr
	Recipe() state.Recipe
	// Spec evaluates the named arguments and nested blocks, all when none is named, in the form of
	// state.Resource.Spec; ok is false where one of them is unknown or has errors.
	Spec(names ...string) (spec []byte, ok bool, diags hcl.Diagnostics)
}

// Input is what a Diff decides on.
type Input struct {
	Desired  *state.Desired
	Observed *state.Observed
	Recorded *state.Recorded
	// Resources are the desired ones of this kind, in order.
	Resources []*state.Resource
	// Orphans are objects of this kind whose resource is no longer wanted.
	Orphans []state.Object
	// Now is the time for which is planned, the same for all that is made of one plan; zero where nobody tells.
	Now time.Time
	// Mode of planning.
	Mode Mode
	// Volumes says that a destroy takes volumes too, other than protected ones.
	Volumes bool
	// Whole is all that the recipe wants where Desired is a part of it; nil where that is all.
	Whole *state.Desired
	// Selected tells whether the plan is about an address; what it is not about stays as it stands. Nil selects all.
	Selected func(addr.Addr) bool
	// Again tells whether a resource is to have another release though nothing changed. Nil is for none.
	Again func(addr.Addr) bool
	// Done are the results of the kinds diffed before this one (see builtins.Kinds for the order).
	Done Result
}

// Mode is what a plan is made for.
type Mode string

// The modes.
const (
	Apply    Mode = "apply"
	Destroy  Mode = "destroy"  // Desired holds no resources
	Rollback Mode = "rollback" // services go back to the release before
	Promote  Mode = "promote"  // switchovers that are paused go on with their next stage
	Repeat   Mode = "repeat"   // they go on with the stage that they are at, once more
	Revert   Mode = "revert"   // switchovers under way go back to the release before
	Maintain Mode = "maintain" // the maintenance page is put up or taken down, and nothing else changes
	Refresh  Mode = "refresh"  // the record follows what stands, and nothing else changes; kinds are asked as for Apply
)

// Recalls tells that services are to be as their containers tell, and all else stays as it stands: the recipe may want
// something else by now.
func (m Mode) Recalls() bool { return m == Rollback || m.Decides() }

// Decides tells that the plan is about switchovers that wait for somebody to decide.
func (m Mode) Decides() bool { return m == Promote || m == Repeat || m == Revert }

// Has tells whether the plan is about an address.
func (in Input) Has(a addr.Addr) bool { return in.Selected == nil || in.Selected(a) }

// Renews tells whether a resource is to have another release though nothing changed.
func (in Input) Renews(a addr.Addr) bool { return in.Again != nil && in.Again(a) }

// All is all that the recipe wants, with what the plan leaves out.
func (in Input) All() *state.Desired {
	if in.Whole != nil {
		return in.Whole
	}
	return in.Desired
}

// Goes tells whether the plan removes what stands under an address: nothing wants it, and the plan is about it.
func (in Input) Goes(a addr.Addr) bool { return in.All().Find(a) == nil && in.Has(a) }

// Result is what a Diff decided.
type Result struct {
	Changes       []plan.Change
	Drift         []plan.Drift
	Steps         []plan.Step
	Undo          []plan.Step
	Pause         []plan.Pausing
	Traffic       []plan.Traffic
	Interruptions []plan.Interruption
	Notes         []plan.Note
}

// Creation is the result for an object that is missing: the step that makes it, given its ID and saying that the
// resource is ready after it, and the change that shows it.
func Creation(step plan.Step, summary string) Result {
	step.ID = plan.ID(step.Addr.String() + "/create")
	step.Provides = []plan.ID{plan.ReadyID(step.Addr)}
	return Result{Steps: []plan.Step{step},
		Changes: []plan.Change{{Addr: step.Addr, Action: plan.Create, Summary: summary, Cause: step.Cause}}}
}

// Add appends what all of more decided. Steps are large, so that there is room for all of them at once.
func (r *Result) Add(more ...Result) {
	steps, undo := 0, 0
	for i := range more {
		steps, undo = steps+len(more[i].Steps), undo+len(more[i].Undo)
	}
	r.Steps, r.Undo = slices.Grow(r.Steps, steps), slices.Grow(r.Undo, undo)
	for i := range more {
		r.add(&more[i])
	}
}

func (r *Result) add(more *Result) {
	r.Changes = append(r.Changes, more.Changes...)
	r.Drift = append(r.Drift, more.Drift...)
	r.Steps = append(r.Steps, more.Steps...)
	r.Undo = append(r.Undo, more.Undo...)
	r.Pause = append(r.Pause, more.Pause...)
	r.Traffic = append(r.Traffic, more.Traffic...)
	r.Interruptions = append(r.Interruptions, more.Interruptions...)
	r.Notes = append(r.Notes, more.Notes...)
}

// Inputs is what a step gets when it runs.
type Inputs struct {
	// Secret gives a sensitive value of the step's resource by its path.
	Secret func(path string) (string, error)
	// Report shows progress: one short line, without secrets.
	Report func(line string)
	// Output gives what another step returned.
	Output func(step plan.ID, name string) (string, bool)
	// Failure is why its group failed, for a step that follows from that; empty for all others.
	Failure string
}

// Outputs is what a step returns for others.
type Outputs map[string]string

// Doer carries out the steps of one Op.
type Doer interface {
	// Do has the step's effect. Doing it again, when it had its effect already, is no error.
	Do(context.Context, plan.Step, Inputs) (Outputs, error)
}

// DoerFunc lets a function be a Doer.
type DoerFunc func(context.Context, plan.Step, Inputs) (Outputs, error)

// Do calls f.
func (f DoerFunc) Do(ctx context.Context, s plan.Step, in Inputs) (Outputs, error) {
	return f(ctx, s, in)
}

// DoerOf lets a function be the Doer of steps whose config is a Config.
func DoerOf[Config any](do func(context.Context, Config, Inputs) (Outputs, error)) Doer {
	return DoerFunc(func(ctx context.Context, s plan.Step, in Inputs) (Outputs, error) {
		var c Config
		if err := json.Unmarshal(s.Config, &c); err != nil {
			return nil, fmt.Errorf("reading the step: %w", err)
		}
		return do(ctx, c, in)
	})
}

// World is where a recipe's objects live, seen by whoever plans: it cannot be changed through it.
type World interface {
	// List tells everything that belongs to a recipe, at once for all kinds, and what planning needs besides.
	List(context.Context, state.Recipe) (*state.Observed, *state.Recorded, error)
	// Refine completes what List found by what only the recipe tells to look for: images it names, the
	// state of secrets in running containers.
	Refine(context.Context, *state.Observed, *state.Desired) error
}
