package service

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/network"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Which networks a container is on is settled when it is made: another list makes another release. So a running one
// that is on others was connected or disconnected by somebody else, and is brought back without a new process.

// astray is how a running container's networks differ from those it was made for.
type astray struct {
	off     []string // networks that it is not on
	strange []string // networks that it was not made for
	// moved are the addresses that it has on networks where its own is a fixed one.
	moved map[string]netip.Addr
}

func (a astray) any() bool { return len(a.off)+len(a.strange)+len(a.moved) > 0 }

// strays compares what the engine shows with the networks of a spec. Of a container that does not run this minute an
// engine tells no addresses.
func strays(piece piece, names []string) (a astray) {
	if piece.Container.State != engine.Running {
		return a
	}
	for i, name := range names {
		at, on := piece.Addresses[name]
		own := piece.address(name)
		switch {
		case !on:
			a.off = append(a.off, name)
		case i == 0 && own.IsValid() && at != own:
			if a.moved == nil {
				a.moved = map[string]netip.Addr{}
			}
			a.moved[name] = at
		}
	}
	for _, name := range slices.Sorted(maps.Keys(piece.Addresses)) {
		if !slices.Contains(names, name) {
			a.strange = append(a.strange, name)
		}
	}
	return a
}

// networksOf are the names of the networks that a spec asks for, in its order.
func (p *planner) networksOf(spec *container.Spec) []string {
	refs := spec.Networks
	if len(refs) == 0 {
		refs = []state.Ref{{Addr: network.Default.String()}}
	}
	var names []string
	for _, ref := range refs {
		if a, err := addr.Parse(ref.Addr); err == nil {
			names = append(names, p.in.Desired.Standing(p.in.Observed, "network", a))
		}
	}
	return names
}

// differsByNetworks tells whether a running container of the wanted release is not on its networks.
func (p *planner) differsByNetworks(b *base) bool {
	names := p.networksOf(b.spec)
	return slices.ContainsFunc(b.stock.of(b.release), func(piece piece) bool { return b.stays(piece) && strays(piece, names).any() })
}

// rejoin brings running containers of the wanted release back to their networks, and names them.
func (p *planner) rejoin(b *base, cause plan.Cause) (names []string) {
	wanted := p.networksOf(b.spec)
	for _, piece := range b.stock.of(b.release) {
		a := strays(piece, wanted)
		if !b.stays(piece) || !a.any() {
			continue
		}
		own := piece.address(wanted[0])
		if len(a.moved) > 0 || slices.Contains(a.off, wanted[0]) {
			if net := b.nets[0]; own.IsValid() && !net.Subnet.Contains(own) {
				p.out.Notes = append(p.out.Notes, plan.Note{Addr: b.r.Addr, Text: piece.name() + " cannot get back to " + net.Name + ": its address " +
					own.String() + " is not of " + net.Subnet.String() + ", with which the network was made since; remove the container, and it is made anew"})
				continue
			}
		}
		all := container.Endpoints(container.Place{Recipe: p.in.Desired.Recipe, Addr: b.r.Addr, Networks: wanted, Address: own, Alias: len(b.ports) == 0})
		c := container.NetworksConfig{Name: piece.name(), Join: map[string]engine.Endpoint{}, Leave: a.strange}
		var needs []plan.ID
		for i, name := range wanted {
			if _, elsewhere := a.moved[name]; elsewhere || slices.Contains(a.off, name) {
				c.Join[name] = all[name]
				needs = append(needs, plan.ReadyID(b.nets[i].Addr))
			}
		}
		names = append(names, piece.name())
		p.step(plan.Step{ID: plan.ID(b.r.Addr.String() + "/networks/" + piece.name()), Addr: b.r.Addr, Op: container.OpNetworks,
			Title: rejoining(c), Cause: cause, Needs: needs, Limit: edgeLimit, Config: plan.Raw(c), Irreversible: "no process is restarted"})
	}
	return names
}

func rejoining(c container.NetworksConfig) string {
	var parts []string
	if len(c.Join) > 0 {
		parts = append(parts, "connect "+c.Name+" to "+strings.Join(slices.Sorted(maps.Keys(c.Join)), ", ")+" again")
	}
	if len(c.Leave) > 0 {
		parts = append(parts, "disconnect "+c.Name+" from "+strings.Join(c.Leave, ", "))
	}
	return strings.Join(parts, ", and ")
}

// strayed tells what others did to a container's networks.
func (p *planner) strayed(b *base, piece piece, applied *container.Spec, again bool) []plan.Drift {
	a := strays(piece, p.networksOf(applied))
	var drift []plan.Drift
	tell := func(what, then string) {
		if !again {
			then = "a new release takes its place"
		}
		drift = append(drift, plan.Drift{Addr: b.r.Addr, Object: piece.name(), What: what, Then: then})
	}
	for _, name := range a.off {
		tell("was disconnected from network "+name, "it is connected again")
	}
	for _, name := range slices.Sorted(maps.Keys(a.moved)) {
		tell("was connected to network "+name+" at "+a.moved[name].String()+" in place of "+piece.address(name).String(), "it gets its own address back")
	}
	for _, name := range a.strange {
		tell("was connected to network "+name, "it is disconnected from it")
	}
	return drift
}
