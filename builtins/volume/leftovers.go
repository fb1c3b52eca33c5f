package volume

import (
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/hashicorp/hcl/v2"
)

// Leftovers is the kind once more, in a plan that clears away: it is asked after all others, since the containers that
// are kept keep their volumes.
type Leftovers struct{ Kind }

// Diff removes the volumes that no block declares and no container needs that stays, protected ones excepted.
func (Leftovers) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	var result kind.Result
	removed := container.Removed(in.Done.Steps)
	for _, o := range in.Orphans {
		switch needed := needing(in, o.Addr, removed); {
		case protected(in, o):
			result.Notes = append(result.Notes, kept(o, true))
		case len(needed) > 0:
			result.Notes = append(result.Notes, plan.Note{Addr: o.Addr,
				Text: "volume " + o.Name + " is kept: " + strings.Join(needed, ", ") + " would need it again"})
		default:
			result.Add(removal(in, o, plan.Cause{Why: "no block declares it, and no container that stays needs it"}))
		}
	}
	return result, nil
}

// needing are the containers that mount a volume and stay.
func needing(in kind.Input, volume addr.Addr, removed map[string]bool) []string {
	var names []string
	for _, o := range in.Observed.Objects {
		if o.Type != "container" || removed[o.Name] || o.Spec == nil {
			continue
		}
		if mounts(in.Desired.Recipe, o, volume) {
			names = append(names, o.Name)
		}
	}
	return names
}

// mounts tells whether a container was made with a volume. One that cannot be read may have been.
func mounts(r state.Recipe, o state.Object, volume addr.Addr) bool {
	spec, err := container.Parse(o.Spec)
	if err != nil {
		return true
	}
	volumes, err := spec.Volumes()
	return err != nil || slices.ContainsFunc(volumes, func(a addr.Addr) bool { return a == volume || r.Moved.Now(a) == volume })
}
