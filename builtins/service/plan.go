package service

import (
	"net/netip"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/network"
	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/hashicorp/hcl/v2"
)

// What services without the blocks that say so get.
const (
	defaultWithin   = time.Minute
	defaultInterval = time.Second
	defaultStop     = 30 * time.Second
)

// Diff decides on all services of a recipe and on what the edge needs for them.
func (k Kind) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	if in.Mode == kind.Destroy {
		return k.destroy(in), nil
	}
	if idle(in) {
		return kind.Result{}, nil
	}
	p := newPlanner(k, in)
	groups := p.groups()
	if p.diags.HasErrors() {
		return kind.Result{}, p.diags
	}
	for _, g := range groups {
		p.expand(g)
	}
	p.out.Add(p.switched...)
	p.switched = nil
	p.edge()
	if !in.Mode.Recalls() {
		p.looked()
		p.orphans()
	}
	return p.out, p.diags
}

// planner is one Diff under way.
type planner struct {
	kind  Kind
	in    kind.Input
	facts *world.Known
	site  proxy.Site // as it stands
	stand standing   // the same, to be searched
	// inForce says that the last apply saw that the running proxy does what is written.
	inForce bool
	wanted  []proxy.Port
	nets    map[addr.Addr]network.Net
	served  map[string]map[string]proxy.Mode
	quiet   []plan.Change // services of which only what HAProxy checks changed, if it did
	stocks  map[addr.Addr]stock
	taken   map[netip.Addr]bool // fixed addresses that some container has
	// internal are the names of the recipe's internal ports.
	internal []string

	opening  map[string][]int // numbers of ports that open, by the services that they lead to
	first    []plan.ID        // steps on the edge that come before all switches
	expanded []switchover.Expansion
	switched []kind.Result   // of the same
	leaving  map[string]bool // services of the edge that nothing leads to any more
	out      kind.Result
	diags    hcl.Diagnostics
}

func newPlanner(k Kind, in kind.Input) *planner {
	p := &planner{kind: k, in: in, facts: world.Facts(in.Observed), stocks: gather(in.Observed), taken: map[netip.Addr]bool{},
		nets: network.Layout(in.Desired, in.Observed), served: port.Served(in.Desired), wanted: port.Site(in.Desired, in.All(), in.Observed), internal: port.Internal(in.All())}
	p.site = proxy.Site{Recipe: in.Desired.Recipe.Name, Origin: in.Desired.Recipe.Origin}
	if s := p.facts.Site(p.site.Recipe); s != nil {
		p.site = s.Clone()
	}
	p.stand = newStanding(&p.site)
	p.inForce = edge.Digest(p.site) == p.facts.Edge.InForce[p.site.Recipe].Digest
	if in.Mode.Recalls() {
		p.wanted = p.site.Ports // doors stay as they are
		for _, r := range in.Resources {
			p.served[r.Addr.String()] = p.open(r.Addr)
		}
	} else {
		p.keep(port.Kept(in))
	}
	for _, s := range p.stocks {
		for _, piece := range slices.Concat(s.all, s.failed) {
			for _, a := range piece.Addresses {
				p.taken[a] = true
			}
			p.taken[piece.address("")] = true
		}
	}
	return p
}

// address gives a free fixed address of a network.
func (p *planner) address(n network.Net) netip.Addr {
	for a := range network.Fixed(n.Subnet) {
		if !p.taken[a] {
			p.taken[a] = true
			return a
		}
	}
	return netip.Addr{}
}

// groups gathers the services that switch together: those that one switchover names, and each other alone.
func (p *planner) groups() []*group {
	var all []*group
	named := p.named()
	for _, r := range p.in.Resources {
		var b *base
		switch {
		case p.in.Mode.Decides():
			b = p.decided(r, named[r.Addr.String()])
		case p.in.Mode == kind.Rollback:
			b = p.before(r) // the image of the release that is left may be gone
		default:
			b = p.base(r)
		}
		if b == nil {
			continue
		}
		g := named[r.Addr.String()]
		if g == nil {
			g = &group{addr: r.Addr, settings: switchover.Default()}
		}
		if len(g.members) == 0 {
			all = append(all, g)
		}
		g.members = append(g.members, b)
	}
	p.opening = p.newPorts()
	for _, g := range all {
		p.regroup(g)
	}
	for _, g := range all {
		for _, b := range g.members {
			for i := range b.ports {
				b.ports[i].Current = p.stand.services[b.ports[i].Name]
			}
		}
	}
	return all
}

// named are the groups that switchover blocks name, by the addresses of their services, without members yet.
func (p *planner) named() map[string]*group {
	groups := map[string]*group{}
	for _, r := range p.in.Desired.Resources {
		if r.Addr.Kind != "switchover" {
			continue
		}
		s, settings, err := switchover.Read(r.Spec)
		if err != nil {
			continue // its own Validate reports it
		}
		g := &group{addr: r.Addr, settings: settings, services: s.Services}
		switch {
		case p.in.Mode == kind.Rollback: // known to be good, and wanted now
			g.settings.Stages = switchover.Default().Stages
			g.settings.Standby = false // what is left is not to serve again by itself
		case !p.in.Mode.Decides():
			for _, a := range switchover.After(r, s) {
				g.after = append(g.after, plan.ReadyID(a))
			}
		}
		for _, ref := range s.Services {
			groups[ref.Addr] = g
		}
	}
	return groups
}
