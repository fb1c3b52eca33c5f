package resolve

import "github.com/deployrecipe/recipe/lang/diag"

// checkNames reports objects of one kind whose addresses give them one name on an engine.
func (r *resolver) checkNames(resources []*resource) {
	first := map[[2]string]*resource{}
	for _, res := range resources {
		id := [2]string{res.Addr.Kind, r.moves.known.Named(res.Addr).Short()}
		other := first[id]
		if other == nil {
			first[id] = res
			continue
		}
		if other.Addr != res.Addr {
			r.errorf(diag.NameConflict, res.Range, "Name conflict",
				"%s and %s (%s) would both be called %q. Give one of them another name or key.", res.Addr, other.Addr, place(other.Range), id[1])
		}
	}
}
