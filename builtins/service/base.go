package service

import (
	"maps"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/network"
	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// base is one service as it is wanted and as it stands, before it is known what its group does.
type base struct {
	r       *state.Resource
	spec    *container.Spec
	image   container.Found
	release string
	renewed int // how often the release was asked for anew
	asked   bool
	stock   stock
	nets    []network.Net
	volumes []addr.Addr
	ports   []switchover.Port
	// serving is the release that has the traffic, or runs, where no port leads to it; empty where none does.
	serving string
	// stands says that a release stands by, returns that it does so on the side that the wanted release takes, ends why it does no longer; empty where it still does, or
	// makes room for another.
	stands, returns bool
	ends            string
}

// base gathers what is known of one service.
func (p *planner) base(r *state.Resource) *base {
	spec, err := container.Parse(r.Spec)
	if err != nil {
		p.diags = append(p.diags, diag.FromError(diag.Internal, err, &r.Range))
		return nil
	}
	volumes, err := spec.Volumes()
	if err != nil {
		p.diags = append(p.diags, diag.FromError(diag.Internal, err, &r.Range))
		return nil
	}
	image, more, err := p.kind.Image(p.in, r, spec.Image, spec.Platform)
	if err != nil {
		p.diags = append(p.diags, diag.FromError(diag.InvalidValue, err, r.At("image")))
		return nil
	}
	p.in.Done.Add(more) // the next one need not pull the same image
	p.out.Add(more)
	b := &base{r: r, spec: spec, image: image, stock: p.stocks[r.Addr], nets: network.Of(spec.Networks, p.nets), volumes: volumes}
	b.renew(spec.Named(p.in.Desired.Recipe.Moved), p.in.Renews(r.Addr), p.serving(r, b.stock))
	b.ports = p.ports(r.Addr, spec)
	return b
}

// ports are a service's named ports that some port block leads to.
func (p *planner) ports(a addr.Addr, spec *container.Spec) []switchover.Port {
	modes := p.served[a.String()]
	var ports []switchover.Port
	for _, name := range slices.Sorted(maps.Keys(modes)) {
		e, ok := spec.Expose[name]
		if !ok {
			continue // the evaluator has refused it
		}
		sp := switchover.Port{Name: port.Service(p.in.Desired.Recipe, state.Ref{Addr: a.String(), Port: name}), Mode: modes[name], Target: e.Port,
			Check: check(spec, e.Port)}
		sp.Current = p.stand.services[sp.Name]
		ports = append(ports, sp)
	}
	return ports
}

// open are a service's named ports that stand on the edge.
func (p *planner) open(a addr.Addr) map[string]proxy.Mode {
	modes := map[string]proxy.Mode{}
	for _, s := range p.stand.owned[p.onEdge(a)] {
		modes[strings.TrimPrefix(s.Name, p.onEdge(a)+".")] = s.Mode
	}
	return modes
}

// check is how the proxy watches servers, after the health block; by connecting where that says nothing
// that a proxy could do.
func check(spec *container.Spec, target int) *proxy.Check {
	h := spec.Health
	if h == nil || h.Exec != nil {
		return nil
	}
	c := &proxy.Check{Interval: h.Interval.Std(), Timeout: h.Timeout.Std(), Retries: h.Retries}
	name := container.PortName("")
	if h.HTTP != nil {
		c.Path, c.Host, name = h.HTTP.Path, h.HTTP.Host, h.HTTP.Port
		if c.Path == "" {
			c.Path = "/"
		}
	} else {
		name = h.TCP.Port
	}
	if number, ok := name.Number(spec.Expose); ok && number != target {
		c.Port = number
	}
	return c
}

// changed tells whether another release than the serving one is to take over. Of a service that is wanted
// nowhere, none is.
func (b *base) changed() bool { return b.serving != b.release && b.spec.Replicas() > 0 }

// onSide is the release that a side of a service's backends holds, empty where it holds no server that
// could serve.
func (b *base) onSide(side proxy.Side) string {
	return b.holds(side, func(s proxy.State) bool { return s != proxy.Maint })
}

// serves is the release that gets the requests of a side, empty where nobody does.
func (b *base) serves(side proxy.Side) string {
	return b.holds(side, func(s proxy.State) bool { return s == proxy.Ready })
}

func (b *base) holds(side proxy.Side, fits func(proxy.State) bool) string {
	for _, sp := range b.ports {
		if sp.Current == nil {
			continue
		}
		backend := sp.Current.Side(side)
		for _, s := range backend.Servers {
			if fits(s.State) {
				return backend.Release
			}
		}
	}
	return ""
}

// probe says how to tell that a container of the service is fit.
func (b *base) probe(name string) container.ProbeConfig { return b.probeOf(name, b.spec) }

// probeOf is the same for one that was made otherwise.
func (b *base) probeOf(name string, spec *container.Spec) container.ProbeConfig {
	c := container.ProbeConfig{Name: name, Addr: b.r.Addr.String(), Within: state.Duration(defaultWithin),
		Interval: state.Duration(defaultInterval), Timeout: state.Duration(defaultInterval), Network: b.nets[0].Name}
	h := spec.Health
	if h == nil {
		if len(b.ports) > 0 {
			c.TCP, c.Port = true, b.ports[0].Target
		}
		return c
	}
	c.Within, c.Interval, c.Timeout = h.StartTimeout, h.Interval, h.Timeout
	switch {
	case h.HTTP != nil:
		c.HTTP, c.Path, c.Host = true, h.HTTP.Path, h.HTTP.Host
		c.Port, _ = h.HTTP.Port.Number(spec.Expose)
	case h.TCP != nil:
		c.TCP = true
		c.Port, _ = h.TCP.Port.Number(spec.Expose)
	default:
		c.Exec = true
	}
	return c
}

// createNeeds are what must stand before a container can be created: its image, networks and volumes.
func (b *base) createNeeds() []plan.ID {
	needs := append([]plan.ID(nil), b.image.Ready...)
	for _, n := range b.nets {
		needs = append(needs, plan.ReadyID(n.Addr))
	}
	for _, a := range b.volumes {
		needs = append(needs, plan.ReadyID(a))
	}
	return needs
}

// startNeeds are what must be ready before a container starts: whatever its arguments refer to.
func (b *base) startNeeds() []plan.ID {
	var needs []plan.ID
	for _, a := range b.r.Needs {
		needs = append(needs, plan.ReadyID(a))
	}
	return needs
}
