package resolve

import (
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
)

// inherited are what a library waits for since the use blocks on the way to it say so.
func (r *resolver) inherited(m *module) uses {
	var out uses
	for ; m.caller != nil; m = m.caller.in {
		if a := m.caller.b.Args[dependsOn]; a != nil {
			out = out.with(r.named(r.argument(m.caller, dependsOn, a.Range), a))
		}
	}
	return out
}

// spread puts in the place of needs of a whole library those of all that is in it.
func (r *resolver) spread(resources []*resource) {
	within := map[string][]addr.Addr{}
	for _, res := range resources {
		for in := res.Addr.Module; in != ""; {
			within[in] = append(within[in], res.Addr)
			a, err := addr.Parse(in)
			if err != nil {
				break
			}
			in = a.Module
		}
	}
	for _, res := range resources {
		if !slices.ContainsFunc(res.needs, func(u use) bool { return u.addr.Kind == addr.Use }) {
			continue
		}
		var all uses
		for _, u := range res.needs {
			if u.addr.Kind != addr.Use {
				all = all.with(uses{u})
				continue
			}
			for _, a := range within[u.addr.String()] {
				if a != res.Addr {
					all = all.with(uses{{a, u.rng}})
				}
			}
		}
		res.needs, res.Needs = all, nil
		for _, need := range all {
			res.Needs = append(res.Needs, need.addr)
		}
	}
}
