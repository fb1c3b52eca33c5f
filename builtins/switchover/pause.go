package switchover

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/gate"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// A switchover can stop on the way and wait for somebody: at a stage with a gate "manual", and after a failure where
// the recipe says so. What it waits for stands on the edge, where whoever plans next sees it. Both releases run
// meanwhile, and each has its share of the traffic.

// underWay tells whether the edge has the group amid a switchover.
func (g *Group) underWay() bool { return g.Before != nil && g.Before.Switch != nil }

// manual tells whether a stage waits for somebody to decide.
func (s Stage) manual() bool {
	return slices.ContainsFunc(s.Gate, func(g gate.Spec) bool { return g.Kind == gate.Manual })
}

// Waits tells whether some stage waits for somebody to decide.
func (s Settings) Waits() bool { return slices.ContainsFunc(s.Stages, Stage.manual) }

// pause is the step with which an apply ends at a stage: what comes after it waits for somebody to decide.
func (x *expander) pause(s stageStep, needs []plan.ID) plan.Step {
	why := fmt.Sprintf("stage %q waits for somebody to decide", s.name)
	if x.out.Waits == nil {
		x.out.Waits = &edge.ShiftConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name, Percent: s.percent, Match: s.matches, To: x.to(s.matches),
			Switch: &proxy.Switch{To: x.g.Side, Stage: s.name, Pause: &proxy.Pause{Why: why}}}
	}
	return plan.Step{ID: x.ID("pause", s.name), Op: edge.OpPause, Title: fmt.Sprintf("pause after stage %q", s.name), Needs: needs,
		Wait: `until "recipe promote" or "recipe revert"`, Pauses: true, Limit: edgeLimit,
		Config: plan.Raw(edge.PauseConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name, Why: why})}
}

// pausing has a failure of the group leave things as they are, once the first step of the plan that moves traffic is
// done.
func (x *expander) pausing() {
	if !x.g.Settings.Pause || !x.g.Moves() || len(x.first) > 0 || x.g.From >= len(x.g.Settings.Stages) || !x.g.behindPort() {
		return
	}
	note := x.undoID("pause")
	x.undo(plan.Step{ID: note, Op: edge.OpPause, Title: "pause, with the traffic where it is", Limit: edgeLimit,
		Config: plan.Raw(edge.PauseConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name})})
	x.out.Pause = append(x.out.Pause, plan.Pausing{Group: x.g.Name, After: x.ID("shift", x.g.Settings.Stages[x.g.From].Name), Note: note})
}

// validatePauses finds switchovers that could not stop on the way: of services of which only one release can run.
func validatePauses(r *state.Resource, s Spec, d *state.Desired) hcl.Diagnostics {
	at, what := r.At("on_failure"), `on_failure = "pause"`
	if s.OnFailure != "pause" {
		for i, stage := range s.Stage {
			for j, g := range stage.Gate {
				if g.Kind == gate.Manual {
					at, what = r.At(fmt.Sprintf("stage.%d.gate.%d", i, j)), `gate "manual"`
				}
			}
		}
		if what != `gate "manual"` {
			return nil
		}
	}
	for service, spec := range s.specs(d) {
		if why, exclusive := spec.Exclusive(); exclusive {
			return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, at, "Nothing to pause between",
				"A switchover that is paused has both releases running, and of %s only one can run: %s. Leave %s out of %s.", service, why, what, r.Addr)}
		}
	}
	return nil
}

// Stage finds a stage by its name, -1 where there is none.
func (s Settings) Stage(name string) int {
	return slices.IndexFunc(s.Stages, func(stage Stage) bool { return stage.Name == name })
}
