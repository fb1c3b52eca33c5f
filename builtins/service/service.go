// Package service is the service block: containers that run until they are replaced.
//
// Its Diff decides, for every service, what a change asks for, gathers the services that switch together,
// and hands each group to the switchover strategy. It also decides what the edge needs for all of them,
// since a recipe has one file there, which is checked and loaded once however many services change.
package service

import (
	"maps"
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Kind is the service block.
type Kind struct {
	Image container.ImageFinder
	// Edge is the name of the edge's container, EdgeImage the image for a new one, whatever the recipe says of
	// it; empty leaves it to the recipe.
	Edge, EdgeImage string
}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	args := append(container.Args(),
		schema.Arg{Name: "count", Type: schema.Whole(0, 1000), Default: "1", Change: schema.Scale, Doc: "How many containers run side by side."},
		schema.Arg{Name: "restart", Type: schema.Str(), Default: `"unless-stopped"`, Change: schema.InPlace, Doc: "When the engine starts an ended container again: no, always, unless-stopped, on-failure or on-failure:N."})
	blocks := append(container.Blocks(), container.Health(),
		schema.Block{Name: "expose", Label: "name", Doc: "Names a port of the container, for routes and health checks.", Args: []schema.Arg{
			{Name: "port", Type: schema.Whole(1, 65535), Required: true, Change: schema.ProxyOnly, Doc: "The port that the process listens on."},
			{Name: "publish", Type: schema.Str(), Doc: "A fixed port of the engine's machine that leads to it, as PORT or ADDRESS:PORT; only one container can have it, so releases replace each other with an interruption."},
		}})
	return &schema.Block{Name: "service", Label: "name", Resource: true, Args: args, Blocks: blocks,
		Doc:     "Containers that run until they are replaced. A change makes a new release, which takes over from the old one.",
		Exports: []schema.Export{{Name: "name", Doc: "The service's name in the DNS of its networks, the same for every release."}},
	}
}

// Export computes the service's name on its networks.
func (Kind) Export(self kind.Instance, _ string) (cty.Value, hcl.Diagnostics) {
	return cty.StringVal(self.Named().Short()), nil
}

// Validate finds what is wrong beyond the types.
func (Kind) Validate(r *state.Resource, _ *state.Desired) hcl.Diagnostics {
	s, diags := container.Validate(r)
	if s == nil {
		return diags
	}
	if s.Replicas() > 1 {
		at := r.At("count")
		for _, path := range slices.Sorted(maps.Keys(s.Mount)) {
			if s.Mount[path].Exclusive {
				diags = append(diags, diag.Errorf(diag.InvalidValue, at, "One volume for several containers",
					"%s mounts %s as exclusive, for one container alone; set count to 1, or leave exclusive out.", r.Addr, path))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(s.Expose)) {
			if s.Expose[name].Publish != "" {
				diags = append(diags, diag.Errorf(diag.InvalidValue, at, "One port for several containers",
					"%s publishes a fixed port with expose %q, which one container can have; set count to 1, or use a port block, which balances over all.", r.Addr, name))
			}
		}
	}
	return diags
}
