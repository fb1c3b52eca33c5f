package diff

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// inOrder is what was observed in an order that does not depend on the engine's: an engine may answer in any, and the
// same world gives the same plan.
func inOrder(o *state.Observed) *state.Observed {
	objects := slices.Clone(o.Objects)
	slices.SortStableFunc(objects, func(a, b state.Object) int {
		return cmp.Or(addr.Compare(a.Addr, b.Addr), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return &state.Observed{Objects: objects, Moved: o.Moved, Facts: o.Facts}
}

// ordered puts changes in the order in which people think of them: first what no block declares and others stand
// on (a default network, the edge), then the resources in their order, and removals last, those of what stood
// on others first.
func ordered(in Input, changes []plan.Change) []plan.Change {
	place := map[addr.Addr]int{}
	for i, r := range in.Desired.Resources {
		place[r.Addr] = i + 1
	}
	turn := map[string]int{}
	for i, k := range in.Kinds {
		turn[k.Schema().Name] = i
	}
	removal := func(c plan.Change) int {
		if c.Action == plan.Delete {
			return 1
		}
		return 0
	}
	out := slices.Clone(changes)
	slices.SortStableFunc(out, func(a, b plan.Change) int {
		switch ra, rb := removal(a), removal(b); {
		case ra != rb:
			return ra - rb
		case ra == 1:
			return cmp.Or(turn[b.Addr.Kind]-turn[a.Addr.Kind], addr.Compare(a.Addr, b.Addr))
		}
		return cmp.Or(place[a.Addr]-place[b.Addr], turn[a.Addr.Kind]-turn[b.Addr.Kind], addr.Compare(a.Addr, b.Addr))
	})
	return out
}

// sorted gives the steps in an order that respects what they need.
func sorted(result kind.Result) ([]plan.Step, *hcl.Diagnostic) {
	g, err := plan.Link(result.Steps, result.Undo)
	if err != nil {
		return nil, internal("The plan cannot be put in order: %s.", err)
	}
	steps := make([]plan.Step, 0, len(result.Steps))
	for _, n := range g.Order() {
		if step := g.Step(n); step != nil {
			steps = append(steps, *step)
		}
	}
	return steps, nil
}

// strangers are notes on objects of kinds that this version does not know: a newer one made them, and they are
// left alone.
func strangers(in Input) []plan.Note {
	known := map[string]bool{}
	for _, k := range in.Kinds {
		known[k.Schema().Name] = true
	}
	var notes []plan.Note
	for _, o := range in.Observed.Objects {
		if !known[o.Addr.Kind] {
			notes = append(notes, plan.Note{Addr: o.Addr,
				Text: fmt.Sprintf("%s %s was made by a version that knows %s blocks; this one leaves it alone", o.Type, o.Name, o.Addr.Kind)})
		}
	}
	return notes
}

func internal(format string, args ...any) *hcl.Diagnostic {
	return diag.Errorf(diag.Internal, nil, "Internal error", format+" Nothing was changed. Please report this together with the recipe.", args...)
}
