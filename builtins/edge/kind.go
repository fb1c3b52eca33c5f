package edge

import (
	"encoding/json"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

const (
	// DefaultName is the edge's name where the environment has no RECIPE_EDGE.
	DefaultName = "recipe-edge"
	// DefaultImage is HAProxy's image where neither RECIPE_PROXY_IMAGE nor a proxy block names one.
	DefaultImage = "haproxy:3.2-alpine"
)

// Kind is the proxy block: what the shared edge is made from.
type Kind struct {
	// Image overrides what blocks say: RECIPE_PROXY_IMAGE.
	Image string
}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	return &schema.Block{Name: "proxy", Label: "name", Resource: true,
		Doc: "The HAProxy that serves the ports of all recipes on an engine. Without the block it is made from the usual image.",
		Args: []schema.Arg{
			{Name: "image", Type: schema.Str(), Change: schema.PlanOnly,
				Doc: "HAProxy's image. It counts when the edge is made; a running edge, which other recipes use too, is only noted to differ."},
		},
	}
}

// Export has nothing to offer.
func (Kind) Export(kind.Instance, string) (cty.Value, hcl.Diagnostics) { return cty.NilVal, nil }

// Validate allows one block.
func (Kind) Validate(r *state.Resource, d *state.Desired) hcl.Diagnostics {
	for _, other := range d.Resources {
		if other.Addr.Kind == "proxy" {
			if other == r {
				return nil
			}
			return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, &r.Range, "Two proxy blocks",
				"All ports of an engine are served by one HAProxy, which %s describes already. Remove one of the blocks.", other.Addr)}
		}
	}
	return nil
}

// Diff notes an edge that was made from another image. It changes nothing: a new image is a new HAProxy for all
// recipes on the engine.
func (k Kind) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	edge := world.Facts(in.Observed).Edge
	if len(in.Resources) == 0 || !edge.Exists {
		return kind.Result{}, nil
	}
	want := Image(in.Desired, k.Image)
	if edge.Container.Image == want {
		return kind.Result{}, nil
	}
	text := fmt.Sprintf("the edge was made from %s, not %s, and stays as it is: it serves other recipes too", edge.Container.Image, want)
	return kind.Result{Notes: []plan.Note{{Addr: in.Resources[0].Addr, Text: text}}}, nil
}

// Image is what to make an edge from: the override, what a proxy block says, or the usual one.
func Image(d *state.Desired, override string) string {
	if override != "" {
		return override
	}
	for _, r := range d.Resources {
		var s struct {
			Image string `json:"image"`
		}
		if r.Addr.Kind == "proxy" && json.Unmarshal(r.Spec, &s) == nil && s.Image != "" {
			return s.Image
		}
	}
	return DefaultImage
}

// HostNetwork tells whether an edge on such an engine shares the machine's network: in a rootless engine and in
// a desktop's virtual machine that would be a network which no client reaches.
func HostNetwork(i engine.Info) bool { return i.OS == "linux" && !i.Rootless && !i.Desktop }
