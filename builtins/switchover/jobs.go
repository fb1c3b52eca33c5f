package switchover

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// A job has its place in a switch: before the new release starts, before one of its stages, or after the old release
// is gone. The first kind is what both releases can live with, expanding a schema; the last is what only the new one
// can, contracting it. So that one waits until the containers of the old release have stopped, not only until they have
// drained: one that has no requests any more still works its queues. A job between stages that fails keeps the next
// stage from beginning, and so has the switch go back; one after the switch that fails takes nothing back, since
// nobody is left to go back to, and runs again at the next apply.
//
// Jobs and switches are planned apart, and joined by milestones: a switchover's block gives one for each stage with
// jobs and one for when the old release is gone. A milestone that no step of a plan provides counts as reached, so a
// job whose services do not change runs at once.

func stageID(block addr.Addr, stage string) plan.ID {
	return plan.ID(block.String() + "@stage/" + stage)
}

func goneID(block addr.Addr) plan.ID { return plan.ID(block.String() + "@old-gone") }

// Waits tells for which milestones jobs wait that have their place between the stages of a switch, or after it.
func Waits(d *state.Desired) map[addr.Addr][]plan.ID {
	waits := map[addr.Addr][]plan.ID{}
	for _, r := range d.Resources {
		if r.Addr.Kind != "switchover" {
			continue
		}
		s, settings, err := Read(r.Spec)
		if err != nil {
			continue // its own Validate reports it
		}
		for _, stage := range settings.Stages {
			for _, job := range addrs(stage.Before) {
				waits[job] = append(waits[job], stageID(r.Addr, stage.Name))
			}
		}
		for _, job := range addrs(s.After) {
			for _, service := range addrs(s.Services) {
				waits[job] = append(waits[job], plan.ReadyID(service))
			}
			waits[job] = append(waits[job], goneID(r.Addr))
		}
	}
	return waits
}

func addrs(refs []state.Ref) []addr.Addr {
	var all []addr.Addr
	for _, ref := range refs {
		if a, err := addr.Parse(ref.Addr); err == nil {
			all = append(all, a)
		}
	}
	return all
}

// ready are the milestones that jobs are done.
func ready(jobs []state.Ref) []plan.ID {
	var ids []plan.ID
	for _, a := range addrs(jobs) {
		ids = append(ids, plan.ReadyID(a))
	}
	return ids
}

// between has a stage wait for its jobs, and these for what the stage follows.
func (x *expander) between(stage Stage, needs []plan.ID) []plan.ID {
	if len(stage.Before) == 0 {
		return needs
	}
	follows := map[plan.ID]bool{}
	for _, id := range needs {
		follows[id] = true
	}
	for i := range x.out.Steps {
		if s := &x.out.Steps[i]; follows[s.ID] {
			s.Provides = append(s.Provides, stageID(x.g.Addr, stage.Name))
		}
	}
	return append(needs, ready(stage.Before)...)
}

// allBetween are the jobs of all stages, for a group that moves no traffic from one release to another: it waits for
// all of them before it opens.
func (x *expander) allBetween() []plan.ID {
	var ids []plan.ID
	for _, stage := range x.g.Settings.Stages {
		ids = append(ids, ready(stage.Before)...)
	}
	return ids
}

// jobsTwice finds jobs that have more than one place between stages or after a switch.
func jobsTwice(blocks []*state.Resource) hcl.Diagnostics {
	var diags hcl.Diagnostics
	has := map[addr.Addr]string{}
	for _, r := range blocks {
		s, _, err := Read(r.Spec)
		if err != nil {
			continue // Validate has said so
		}
		place := func(path, where string, jobs []state.Ref) {
			for _, job := range addrs(jobs) {
				if other := has[job]; other != "" {
					diags = append(diags, diag.Errorf(diag.InvalidValue, r.At(path), "A job has one place",
						"%s runs once for a release, and it is named for %s and for %s; leave it in one of them.", job, other, where))
				}
				has[job] = where
			}
		}
		place("before", "before "+r.Addr.String(), s.Before)
		for i, stage := range s.Stage {
			place(fmt.Sprintf("stage.%d.before", i), fmt.Sprintf("stage %q of %s", stage.Name, r.Addr), stage.Before)
		}
		place("after", "after "+r.Addr.String(), s.After)
	}
	return diags
}
