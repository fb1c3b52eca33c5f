package diff

import (
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// renamed are notes on what nothing wants any more while something just like it is made. That is what a block looks like
// that was renamed and not moved: what stands of it goes, and a volume is left with all its data.
func renamed(in Input, all *state.Desired, changes []plan.Change) []plan.Note {
	if in.Mode != kind.Apply {
		return nil
	}
	var notes []plan.Note
	taken := map[addr.Addr]bool{}
	for _, from := range gone(in, all, changes) {
		at := slices.IndexFunc(changes, func(to plan.Change) bool {
			return to.Action == plan.Create && to.Addr.Kind == from.Addr.Kind && !taken[to.Addr] && to.After != nil && len(plan.Fields(from.Before, to.After, nil)) == 0
		})
		if at < 0 {
			continue
		}
		to := changes[at].Addr
		taken[to] = true
		notes = append(notes, plan.Note{Addr: to, Text: fmt.Sprintf(
			"it is made just like %s, which nothing wants any more; if it is the same by another name, a moved block with from = %s and to = %s keeps what stands", from.Addr, from.Addr, to)})
	}
	return notes
}

// gone are what goes, and the volumes that nothing wants, with the arguments that they were made with.
func gone(in Input, wanted *state.Desired, changes []plan.Change) []plan.Change {
	var all []plan.Change
	for _, c := range changes {
		if c.Action == plan.Delete && c.Before != nil {
			all = append(all, c)
		}
	}
	for _, o := range in.Observed.Objects {
		if o.Type == "volume" && o.Spec != nil && wanted.Find(o.Addr) == nil {
			all = append(all, plan.Change{Addr: o.Addr, Before: o.Spec})
		}
	}
	return all
}
