package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/graph"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// sorted puts the resources that have no errors in the order of state.Desired, and reports circles of needs, in
// which each resource would have to wait for itself.
func (r *resolver) sorted(resources []*resource) []*state.Resource {
	var g graph.Graph[addr.Addr]
	byAddr := map[addr.Addr]*resource{}
	for _, res := range resources {
		g.AddNode(res.Addr)
		byAddr[res.Addr] = res
		for _, need := range res.needs {
			g.AddEdge(res.Addr, need.addr)
		}
	}
	order, ok := g.Order(addr.Compare)
	if !ok {
		for _, path := range g.Cycles() {
			r.reportNeeds(path, byAddr)
		}
		order = g.Nodes()
	}
	var out []*state.Resource
	for _, a := range order {
		if res := byAddr[a]; res.ok {
			out = append(out, res.Resource)
		}
	}
	return out
}

// reportNeeds reports a circle, unless it is one of values too and was reported as that.
func (r *resolver) reportNeeds(path []addr.Addr, byAddr map[addr.Addr]*resource) {
	var text strings.Builder
	var at hcl.Range
	for i, a := range path[:len(path)-1] {
		for _, need := range byAddr[a].needs {
			if need.addr == path[i+1] {
				if r.circled[need.rng] {
					return
				}
				fmt.Fprintf(&text, "\n  %s needs %s at %s", a, need.addr, place(need.rng))
				if i == 0 {
					at = need.rng
				}
			}
		}
	}
	r.errorf(diag.ReferenceCycle, at, "Circle of resources",
		"None of these can be started before the others:%s\nRemove one of the references. Where only an address is wanted, read that of a port: reading a port orders nothing.", text.String())
}

// validate lets the kinds judge the resources that are known whole, together with all that they refer to, so
// that no error follows from another.
func (r *resolver) validate(d *state.Desired, resources []*resource) {
	sound, together := map[addr.Addr]bool{}, map[string][]*state.Resource{}
	for _, res := range resources {
		sound[res.Addr] = res.ok && res.complete
	}
	for _, res := range resources {
		fit := sound[res.Addr]
		for _, u := range res.uses {
			fit = fit && (sound[u.addr] || u.addr.Kind == addr.Use)
		}
		if fit {
			r.at = res.in
			r.report(r.in.Kinds[res.Addr.Kind].Validate(res.Resource, d)...)
			together[res.Addr.Kind] = append(together[res.Addr.Kind], res.Resource)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(together)) {
		if k, ok := r.in.Kinds[name].(kind.Together); ok {
			slices.SortFunc(together[name], func(a, b *state.Resource) int { return addr.Compare(a.Addr, b.Addr) })
			r.report(k.ValidateTogether(together[name], d)...)
		}
	}
}

func sensitiveOutput(name string, a *decode.Arg) *hcl.Diagnostic {
	rng := a.Expr.Range()
	return diag.Errorf(diag.SensitiveValue, &rng, "Sensitive value",
		"The value of the output %q is sensitive, so it would be withheld. Say so with sensitive = true, or show something else.", name)
}
