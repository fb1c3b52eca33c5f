package resolve

import (
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/lang/diag"
)

// checkNames reports objects of one kind whose addresses give them one name on an engine.
func (r *resolver) checkNames(resources []*resource) {
	first := map[[2]string]*resource{}
	for _, res := range resources {
		for _, name := range r.namesOf(res.Addr) {
			id := [2]string{res.Addr.Kind, name}
			other := first[id]
			if other == nil {
				first[id] = res
				continue
			}
			if other.Addr != res.Addr {
				r.errorf(diag.NameConflict, res.Range, "Name conflict",
					"%s and %s (%s) would both be called %q. Give one of them another name or key.", res.Addr, other.Addr, place(other.Range), name)
			}
		}
	}
}

// namesOf are the names that an object has: where its block moved, what was made before has the first, and some of
// what is made after the present one.
func (r *resolver) namesOf(a addr.Addr) []string {
	moved := r.moves.known
	return slices.Compact([]string{moved.Named(a).Short(), moved.Label(a).Short()})
}
