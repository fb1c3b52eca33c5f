package switchover

import (
	"encoding/json"
	"iter"
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/state"
)

// A switchover's rules look at the services that it names, and at the routes to them.

// specs gives each of the services that can be read, by its address. Of the others it is told where services are read.
func (s Spec) specs(d *state.Desired) iter.Seq2[string, *container.Spec] {
	return func(yield func(string, *container.Spec) bool) {
		for _, a := range addrs(s.Services) {
			r := d.Find(a)
			if r == nil {
				continue
			}
			if spec, err := container.Parse(r.Spec); err == nil && !yield(a.String(), spec) {
				return
			}
		}
	}
}

// routed tells of services, by address, how routes lead to them.
type routed map[string]modes

type modes struct{ http, tcp bool }

// routes reads a recipe's ports. Of one that cannot be read it is told where ports are.
func routes(d *state.Desired) routed {
	all := routed{}
	for _, r := range d.Resources {
		var p struct {
			Mode  proxy.Mode `json:"mode"`
			Route []struct {
				To state.Ref `json:"to"`
			} `json:"route"`
		}
		if r.Addr.Kind != "port" || json.Unmarshal(r.Spec, &p) != nil {
			continue
		}
		for _, route := range p.Route {
			m := all[route.To.Addr]
			m.http, m.tcp = m.http || p.Mode != proxy.TCP, m.tcp || p.Mode == proxy.TCP
			all[route.To.Addr] = m
		}
	}
	return all
}

// behindPort tells whether a route leads to one of the services.
func (s Spec) behindPort(by routed) bool {
	return slices.ContainsFunc(s.Services, func(ref state.Ref) bool { return by[ref.Addr] != modes{} })
}

// inTCP finds a service that only ports in tcp mode lead to, where no other one of the switchover is behind one in http.
func (s Spec) inTCP(by routed) (found string) {
	for _, ref := range s.Services {
		switch m := by[ref.Addr]; {
		case m.http:
			return ""
		case m.tcp:
			found = ref.Addr
		}
	}
	return found
}

// exposes tells whether one of the services has a port.
func (s Spec) exposes(port container.PortName, d *state.Desired) bool {
	for _, spec := range s.specs(d) {
		if _, ok := port.Number(spec.Expose); ok {
			return true
		}
	}
	return false
}
