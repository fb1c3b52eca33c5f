package diff

import (
	"cmp"
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// drifted puts what others changed in the order of the resources, what no block declares last.
func drifted(in Input, drift []plan.Drift) []plan.Drift {
	place := make(map[addr.Addr]int, len(in.Desired.Resources))
	for i, r := range in.Desired.Resources {
		place[r.Addr] = i - len(in.Desired.Resources)
	}
	out := slices.Clone(drift)
	slices.SortStableFunc(out, func(a, b plan.Drift) int {
		return cmp.Or(place[a.Addr]-place[b.Addr], addr.Compare(a.Addr, b.Addr))
	})
	return out
}

// unrecorded notes that nothing tells what the last apply left. It costs the reasons for what differs and nothing else:
// what differs, and what is done about it, is seen on the engine.
func unrecorded(in Input, result kind.Result) []plan.Note {
	r := in.Recorded
	if in.Mode != kind.Apply || len(r.Resources)+len(r.History) > 0 || len(in.Observed.Objects) == 0 || len(result.Changes) == 0 {
		return nil
	}
	return []plan.Note{{Text: "no apply has left a record, or it was lost: what the recipe changed cannot be told from what others changed"}}
}
