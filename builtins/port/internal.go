package port

import (
	"encoding/json"
	"net"
	"net/netip"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/builtins/network"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// An internal port has a name, since a value of a recipe is known before its networks have addresses. Every container
// of the recipe is made with that name among its hosts, leading to the gateway of its first network, where the edge
// listens. The names are in no release digest: one that reads a name has it in its own arguments.

// Export gives a port's address: of an internal one the name and number by which containers reach it.
func (Kind) Export(self kind.Instance, _ string) (cty.Value, hcl.Diagnostics) {
	raw, ok, diags := self.Spec("listen", "address", "internal")
	var s Spec
	if !ok || json.Unmarshal(raw, &s) != nil {
		return cty.UnknownVal(cty.String), diags
	}
	switch {
	case s.Internal:
		return cty.StringVal(net.JoinHostPort(hostName(self.Recipe(), self.Named()), strconv.Itoa(s.Listen))), diags
	case s.Address != "":
		return cty.StringVal(s.Address), diags
	}
	return cty.NullVal(cty.String), diags
}

// hostName is the name of an internal port: in a domain that is reserved for private use and under its recipe's name, so
// that it hides no other. It stays as the block moves.
func hostName(r state.Recipe, named addr.Addr) string {
	return named.Short() + "." + r.Name + ".internal"
}

// Internal are the names of a recipe's internal ports.
func Internal(all *state.Desired) (names []string) {
	for _, r := range all.Resources {
		if r.Addr.Kind != "port" {
			continue
		}
		var s Spec
		if json.Unmarshal(r.Spec, &s) == nil && s.Internal {
			names = append(names, hostName(all.Recipe, all.Recipe.Moved.Named(r.Addr)))
		}
	}
	return names
}

// Hosts are names of internal ports for a container on networks, with the gateway that they lead to.
func Hosts(internal []string, on []network.Net) map[string]string {
	if len(internal) == 0 || len(on) == 0 || !on[0].Subnet.IsValid() {
		return nil
	}
	hosts := map[string]string{}
	for _, name := range internal {
		hosts[name] = network.Gateway(on[0].Subnet).String()
	}
	return hosts
}

// internalAddress is where a recipe's internal ports listen.
func internalAddress(all *state.Desired, o *state.Observed) string {
	var gateways []netip.Prefix
	for _, n := range network.Layout(all, o) {
		if n.Subnet.IsValid() && n.Subnet.Addr().Is4() { // a network that others made may have another
			gateways = append(gateways, netip.PrefixFrom(network.Gateway(n.Subnet), n.Subnet.Bits()))
		}
	}
	return proxy.InternalAddress(gateways)
}

// nowhere finds internal ports of a recipe whose networks have no address that the edge could listen on.
func nowhere(in kind.Input) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range in.Desired.Resources {
		var s Spec
		if r.Addr.Kind == "port" && json.Unmarshal(r.Spec, &s) == nil && s.Internal && internalAddress(in.All(), in.Observed) == "" {
			diags = append(diags, diag.Errorf(diag.InvalidValue, &r.Range, "Nowhere to listen",
				"%s is internal, and no network of the recipe has an IPv4 address for the edge to listen on. Remove the networks that somebody else made in their place, or internal.", r.Addr))
		}
	}
	return diags
}
