// Package network is the network block: a bridge network of the recipe's own, on which its containers find
// each other by name and the edge finds them by fixed addresses.
package network

import (
	"encoding/json"
	"net/netip"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Kind is the network block.
type Kind struct{}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	return &schema.Block{Name: "network", Label: "name", Resource: true,
		Doc: "A network of the recipe's own. Services and jobs without networks are on one named \"default\", which needs no block.",
		Args: []schema.Arg{
			{Name: "internal", Type: schema.Boolean(), Default: "false", Doc: "Cuts the network off from the world outside the engine."},
		},
		Exports: []schema.Export{{Name: "name", Doc: "The network's real name on the engine."}},
	}
}

// Export computes the network's name.
func (Kind) Export(self kind.Instance, _ string) (cty.Value, hcl.Diagnostics) {
	return cty.StringVal(self.Recipe().ObjectName(self.Addr())), nil
}

// Validate has nothing to add to the types.
func (Kind) Validate(*state.Resource, *state.Desired) hcl.Diagnostics { return nil }

// Default is the address of the network for those that name none.
var Default = addr.New("network", "default")

// Spec is the block as state.Resource.Spec holds it.
type Spec struct {
	Internal bool `json:"internal,omitempty"`
}

// Net is a network as it stands or will stand.
type Net struct {
	Addr   addr.Addr
	Name   string
	Subnet netip.Prefix
	Exists bool
}

// Layout gives every network that a recipe wants, with its subnet: the one that it has, or the one chosen.
func Layout(d *state.Desired, o *state.Observed) map[addr.Addr]Net {
	facts := world.Facts(o)
	var taken []netip.Prefix
	have := map[string]engine.Network{}
	for _, n := range facts.Networks {
		taken = append(taken, n.Subnet)
		have[n.Name] = n
	}
	nets := map[addr.Addr]Net{}
	for _, a := range Wanted(d) {
		n := Net{Addr: a, Name: d.Standing(o, "network", a)}
		if e, ok := have[n.Name]; ok {
			n.Subnet, n.Exists = e.Subnet, true
		} else if subnet, ok := Choose(n.Name, taken); ok {
			n.Subnet = subnet
			taken = append(taken, subnet)
		}
		nets[a] = n
	}
	return nets
}

// Wanted lists the networks that a recipe wants, the default one where some container names none.
func Wanted(d *state.Desired) []addr.Addr {
	var wanted []addr.Addr
	needsDefault, declared := false, false
	for _, r := range d.Resources {
		switch r.Addr.Kind {
		case "network":
			wanted = append(wanted, r.Addr)
			declared = declared || r.Addr == Default
		case "service", "job":
			var s struct {
				Networks []state.Ref `json:"networks"`
			}
			needsDefault = needsDefault || json.Unmarshal(r.Spec, &s) == nil && len(s.Networks) == 0
		}
	}
	if needsDefault && !declared {
		wanted = append(wanted, Default)
	}
	return wanted
}

// Of gives the networks of a container in the order of its spec.
func Of(refs []state.Ref, nets map[addr.Addr]Net) []Net {
	if len(refs) == 0 {
		return []Net{nets[Default]}
	}
	var of []Net
	for _, ref := range refs {
		if a, err := addr.Parse(ref.Addr); err == nil {
			of = append(of, nets[a])
		}
	}
	return of
}
