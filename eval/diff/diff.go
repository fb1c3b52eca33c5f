// Package diff makes the plan: what must happen for an engine to be as a recipe says.
//
// Make asks each block kind in turn what its resources and objects need, puts the answers together into one
// plan, orders it, and has the invariants proved. It is pure: the same inputs give the same plan, to the byte.
package diff

import (
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/eval/target"
)

// Input is what a plan is made of.
type Input struct {
	// Kinds are asked in this order; each sees what those before it decided.
	Kinds    []kind.Kind
	Desired  *state.Desired
	Observed *state.Observed
	Recorded *state.Recorded
	Mode     kind.Mode
	// Now is the time for which is planned.
	Now time.Time
	// Engine is the ID of the engine that Observed is of.
	Engine string
	// Volumes says that a destroy takes volumes too.
	Volumes bool
	// Target says which part of the recipe the plan is about, and what it does again.
	Target target.Options
	// Machine is what the engine's machine has; nil where nobody looked.
	Machine *plan.Machine
}

// Make makes the plan. It is nil when the diagnostics have errors. A plan that breaks an invariant is a fault of
// a kind, never of a recipe, and an internal error: it is not to be shown as a plan.
func Make(in Input) (*plan.Plan, hcl.Diagnostics) {
	if in.Recorded == nil {
		in.Recorded = &state.Recorded{}
	}
	in.Observed = inOrder(in.Observed)
	part, diags := choose(in)
	if diags.HasErrors() {
		return nil, diags
	}
	all := in.Desired
	in.Desired = part.Narrow(all)
	result, diags := decide(in, all, part)
	if diags.HasErrors() {
		return nil, diags
	}
	p := &plan.Plan{
		Format: plan.Format, Recipe: in.Desired.Recipe, Engine: in.Engine,
		Changes: ordered(in, result.Changes), Drift: drifted(in, result.Drift), Undo: result.Undo, Pause: result.Pause,
		Traffic: result.Traffic, Interruptions: result.Interruptions,
		Notes:   slices.Concat(result.Notes, strangers(in), moved(in), unrecorded(in, result)),
		Outputs: in.Desired.Outputs, Machine: in.Machine,
	}
	steps, problem := sorted(result)
	if problem != nil {
		return nil, append(diags, problem)
	}
	p.Steps = steps
	later(p)
	whole(in, p.Changes)
	p.Notes = append(p.Notes, refused(in, p.Changes)...)
	p.Notes = append(p.Notes, renamed(in, all, p.Changes)...)
	chains(in, p)
	scoped(in, all, part, p)
	if broken := prove(p); broken.HasErrors() {
		return nil, append(diags, broken...)
	}
	if diags = append(diags, room(in, p)...); diags.HasErrors() {
		return nil, diags
	}
	return p, diags
}

// decide asks the kinds about a part of all that is wanted.
func decide(in Input, whole *state.Desired, part *target.Selection) (kind.Result, hcl.Diagnostics) {
	resources := map[string][]*state.Resource{}
	wanted := map[addr.Addr]bool{}
	for _, r := range in.Desired.Resources {
		resources[r.Addr.Kind] = append(resources[r.Addr.Kind], r)
		wanted[r.Addr] = true
	}
	orphans := map[string][]state.Object{}
	for _, o := range in.Observed.Objects {
		if !wanted[o.Addr] && part.Has(o.Addr) {
			orphans[o.Addr.Kind] = append(orphans[o.Addr.Kind], o)
		}
	}
	mode := in.Mode
	if mode == kind.Refresh {
		mode = kind.Apply
	}
	var done kind.Result
	var diags hcl.Diagnostics
	for _, k := range in.Kinds {
		name := k.Schema().Name
		result, more := k.Diff(kind.Input{
			Desired: in.Desired, Observed: in.Observed, Recorded: in.Recorded,
			Resources: resources[name], Orphans: orphans[name],
			Now: in.Now, Mode: mode, Volumes: in.Volumes, Whole: whole, Selected: part.Has, Again: part.Again, Done: done,
		})
		diags = append(diags, more...)
		done.Add(result)
	}
	return done, diags
}
