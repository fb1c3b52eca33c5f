package kind

import (
	"encoding/json"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Gone says why an object of a goes: its block, its key or its library is no longer there, or nothing is wanted any
// more.
func (in Input) Gone(a addr.Addr) plan.Cause {
	if in.Mode == Destroy {
		return plan.Cause{Why: "the recipe is destroyed"}
	}
	if in.Desired.Missing != nil {
		if m := in.Desired.Missing(a); m.Why != "" {
			return plan.From(m.Why, m.Source)
		}
	}
	return plan.Cause{Why: a.String() + " is no longer in the recipe"}
}

// New says why something of a resource is made: the resource is new, or what stood at the last apply is gone, which is
// drift.
func (in Input) New(r *state.Resource, drift plan.Drift) (plan.Cause, []plan.Drift) {
	if _, ok := in.Applied(r.Addr); !ok {
		return plan.From(r.Addr.String()+" is new", withRange(r)), nil
	}
	drift.Addr = r.Addr
	c := plan.At(drift.Object+" "+drift.What+" outside of recipe", r.Range)
	c.Drift = true
	return c, []plan.Drift{drift}
}

func withRange(r *state.Resource) state.Source {
	return state.Source{Range: r.Range, Chain: r.Origin.Chain}
}

// Applied is the spec with which a resource was applied last, where that was recorded.
func (in Input) Applied(a addr.Addr) (json.RawMessage, bool) {
	if in.Recorded == nil {
		return nil, false
	}
	spec, ok := in.Recorded.Resources[a.String()]
	return spec, ok
}
