package diff

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/eval/target"
)

// choose finds the part of the recipe that the plan is about.
func choose(in Input) (*target.Selection, hcl.Diagnostics) {
	t := target.Input{Options: in.Target, Desired: in.Desired, Observed: in.Observed, Recorded: in.Recorded}
	for _, k := range in.Kinds {
		if renewable, ok := k.(kind.Renewable); ok {
			t.Renewable = append(t.Renewable, renewable.Schema().Name)
		}
		if joining, ok := k.(kind.Joining); ok && !in.Target.Whole() {
			t.Joins = append(t.Joins, joining.Joins(kind.Input{Desired: in.Desired, Observed: in.Observed, Recorded: in.Recorded, Mode: in.Mode})...)
		}
	}
	return target.Select(t)
}

// scoped tells which part of the recipe a plan is about and what follows from that, and takes out of a plan for the
// record alone what it does not do.
func scoped(in Input, whole *state.Desired, part *target.Selection, p *plan.Plan) {
	refresh := in.Mode == kind.Refresh
	if in.Target.None() && !refresh {
		return
	}
	s := &plan.Scope{Targets: in.Target.Targets, Excludes: in.Target.Excludes, Replaces: in.Target.Replaces,
		RefreshOnly: refresh, LeftOut: part.LeftOut}
	if !in.Target.Whole() {
		pending(in, whole, p, s)
	}
	planned := map[addr.Addr]bool{}
	for _, c := range p.Changes {
		planned[c.Addr] = true
	}
	for _, a := range part.Added {
		if planned[a.Addr] || slices.ContainsFunc(s.Pending, func(left plan.Pending) bool { return left.Addr == a.Addr }) {
			s.Added = append(s.Added, a)
		}
	}
	if refresh {
		s.Pending = append(s.Pending, left(p.Changes)...)
		onlyDrift(p)
	}
	s.StaleOutputs = len(p.Outputs) > 0 && (len(s.Pending) > 0 || s.Unplanned != "")
	p.Scope = s
}

// pending notes what a plan of the whole recipe would change besides.
func pending(in Input, whole *state.Desired, p *plan.Plan, s *plan.Scope) {
	in.Desired = whole
	all, diags := decide(in, whole, &target.Selection{})
	if diags.HasErrors() {
		first := diags.Errs()[0].(*hcl.Diagnostic)
		s.Unplanned = first.Summary + ": " + first.Detail
		return
	}
	changes := slices.DeleteFunc(ordered(in, all.Changes), func(c plan.Change) bool {
		return slices.ContainsFunc(p.Changes, func(done plan.Change) bool { return done.Addr == c.Addr })
	})
	s.Pending = left(changes)
}

func left(changes []plan.Change) []plan.Pending {
	var out []plan.Pending
	for _, c := range changes {
		out = append(out, plan.Pending{Addr: c.Addr, Action: c.Action, Summary: c.Summary})
	}
	return out
}

// onlyDrift leaves of a plan what others changed. What is told of it stays as it is.
func onlyDrift(p *plan.Plan) {
	p.Changes, p.Steps, p.Later, p.Undo, p.Pause, p.Interruptions = nil, nil, nil, nil, nil, nil
	for i := range p.Drift {
		p.Drift[i].Then, p.Drift[i].Becomes = "", p.Drift[i].Now
	}
}
