package port

import (
	"context"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// Refine looks who listens on the engine's machine, where a port is to be opened that the edge does not open already:
// that look would take longer than the rest of a plan which opens none.
func Refine(_ context.Context, _ engine.Reader, o *state.Observed, d *state.Desired) error {
	known := world.Facts(o)
	if slices.ContainsFunc(Site(d, d, o), func(p proxy.Port) bool { return !opens(known.Edge, p.Listen) }) {
		known.Listeners = known.Listening()
	}
	return nil
}

// taken finds doors to be opened where somebody else than the edge listens.
func taken(in kind.Input) hcl.Diagnostics {
	known := world.Facts(in.Observed)
	var diags hcl.Diagnostics
	for _, want := range Site(in.Desired, in.All(), in.Observed) {
		if opens(known.Edge, want.Listen) {
			continue
		}
		at, found := want.Taken(known.Listeners)
		if !found {
			continue
		}
		a := addr.New("port", want.Name)
		rng := &hcl.Range{}
		if r := in.Desired.Find(a); r != nil {
			rng = r.At("listen")
		}
		diags = append(diags, diag.Errorf(diag.PortTaken, rng, "Port taken",
			"%s wants to listen on port %d, and another program of the engine's machine listens on %s. Stop that program, or give the port another number.",
			a, want.Listen, at))
	}
	return diags
}

// opens tells whether the edge listens on a port itself, for whatever recipe.
func opens(edge world.Edge, number int) bool {
	return edge.Running && slices.ContainsFunc(edge.Sites, func(s proxy.Site) bool {
		return slices.ContainsFunc(s.Ports, func(p proxy.Port) bool { return p.Listen == number })
	})
}
