package service

import (
	"cmp"
	"slices"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// group is services that switch together.
type group struct {
	addr     addr.Addr // of the switchover block, or of the one service
	settings switchover.Settings
	services []state.Ref // that the block names
	after    []plan.ID
	members  []*base
	// fallen says that what has the traffic is down, and what stands by serves.
	fallen bool
}

// nameOf is a group's on the edge: its first service's, so that adding a switchover block for a service
// changes nothing there.
func (p *planner) nameOf(g *group) string {
	first := slices.MinFunc(g.members, func(a, b *base) int { return cmp.Compare(p.onEdge(a.r.Addr), p.onEdge(b.r.Addr)) })
	return p.onEdge(first.r.Addr)
}

func (g *group) behindPort() bool {
	for _, b := range g.members {
		if len(b.ports) > 0 {
			return true
		}
	}
	return false
}

// sides finds out which side serves and which one the wanted releases take.
func (p *planner) sides(g *group, before *proxy.Group) (live, side proxy.Side, fresh bool) {
	live = proxy.A
	if before != nil {
		live = before.Live()
		if s := before.Switch; s != nil && before.Percent == full(s.To) && news(g, s.To) {
			live = s.To // there is no way back for what others lead to by now
		}
		if p.fallen(g, live) {
			live, g.fallen = live.Other(), true
		}
	}
	fresh, changed := true, false
	for _, b := range g.members {
		switch {
		case len(b.ports) > 0:
			b.serving = b.serves(live)
		default:
			b.serving = p.running(b.r.Addr, b.stock)
			if last := p.serving(b.r, b.stock); b.runs(last) { // it stands on the edge still
				b.serving = last
			}
		}
		fresh = fresh && b.serving == ""
		changed = changed || b.changed()
	}
	if changed && !fresh || fresh && occupied(g, live) && !occupied(g, live.Other()) || fresh && !arrived(g, live) && arrived(g, live.Other()) {
		return live, live.Other(), fresh
	}
	return live, live, fresh
}

// news tells whether a service serves on a side that had nobody to serve before.
func news(g *group, side proxy.Side) bool {
	return slices.ContainsFunc(g.members, func(b *base) bool {
		return len(b.ports) > 0 && b.serves(side) != "" && b.serves(side.Other()) == ""
	})
}

// occupied tells whether another release than the wanted one still has requests on a side.
func occupied(g *group, side proxy.Side) bool {
	return slices.ContainsFunc(g.members, func(b *base) bool {
		has := b.onSide(side)
		return has != "" && has != b.release
	})
}

// arrived tells whether a wanted release has its servers on a side already: an exclusive one that was to take over in
// stages may be alone there.
func arrived(g *group, side proxy.Side) bool {
	return slices.ContainsFunc(g.members, func(b *base) bool { return b.release != "" && b.onSide(side) == b.release })
}

// expand turns a group into steps, if anything about it has to change.
func (p *planner) expand(g *group) {
	var origin *proxy.Group // all origins lead to the same side
	if origins := p.origins(g); len(origins) > 0 {
		origin = origins[0]
	}
	_, side, fresh := p.sides(g, origin)
	if p.waits(g, origin) {
		p.paused(g, origin)
		return
	}
	out := switchover.Group{Recipe: p.in.Desired.Recipe, Name: p.nameOf(g), Addr: g.addr, Settings: g.settings,
		Before: p.inUse(p.nameOf(g)), Side: side, Fresh: fresh, After: g.after, First: p.first}
	reach := 0
	if origin != nil {
		out.Percent, out.Split, reach = origin.Percent, origin.Split(), origin.Reach()
	}
	p.standby(g, &out)
	act := false
	for _, b := range g.members {
		m, does := p.member(b, out)
		out.Members = append(out.Members, m)
		act = act || does
	}
	out.From, out.Promoted = p.from(g, &out), p.in.Mode == kind.Promote || p.in.Mode == kind.Repeat
	out.Cause = out.Members[0].Cause
	out.NewPorts = p.newPortsOf(out)
	p.traffic(out, reach)
	tidies := !act && !out.Promoted && !p.misses(out) // nothing but a standby that is kept no longer
	if tidies && !out.Ends {
		return
	}
	x := switchover.Expand(out)
	for i := range x.Steps {
		x.Steps[i].Housekeeping = tidies
	}
	p.switched = append(p.switched, x.Result)
	x.Result = kind.Result{} // it is large, and what follows needs the rest
	p.expanded = append(p.expanded, x)
}

// misses tells whether the edge lacks servers of a group that has nothing to do otherwise, or has them as
// they should not be: the edge was made anew, a check changed, a switch ended before it cleaned up.
func (p *planner) misses(g switchover.Group) bool {
	if g.Split && !g.Moves() || g.Before != nil && g.Before.Switch != nil {
		return true
	}
	for _, m := range g.Members {
		for _, port := range m.Ports {
			if port.Current == nil || port.Current.Group != g.Name {
				return true
			}
			if g.Before != nil && g.Before.Until > 0 && len(m.New) > 0 {
				return true // requests wait, and nothing else ends that
			}
			b := port.Current.Side(g.Side)
			if !g.Moves() && !g.Standby && !g.Ends && slices.ContainsFunc(port.Current.Side(g.Side.Other()).Servers, func(s proxy.Server) bool { return s.State != proxy.Maint }) {
				return true
			}
			if len(m.New) == 0 {
				continue
			}
			if b.Release != m.Release || !sameCheck(b.Check, port.Check) || port.Current.Mode != port.Mode {
				return true
			}
			for _, n := range m.New {
				if !hasReady(b, n, port.Target) {
					return true
				}
			}
		}
	}
	return false
}

func hasReady(b *proxy.Backend, n switchover.Instance, target int) bool {
	for _, s := range b.Servers {
		if s.Slot == n.Slot && s.State == proxy.Ready && s.Address.Addr().String() == n.Address && int(s.Address.Port()) == target {
			return true
		}
	}
	return false
}

func sameCheck(a, b *proxy.Check) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// newPorts are the numbers of ports that open, by the services that they lead to.
func (p *planner) newPorts() map[string][]int {
	opening := map[string][]int{}
	for _, want := range p.wanted {
		if p.stand.ports[want.Listen] != nil {
			continue
		}
		for _, r := range want.Routes {
			opening[r.Service] = append(opening[r.Service], want.Listen)
		}
	}
	return opening
}

// newPortsOf are the numbers of ports that open with a group, in order.
func (p *planner) newPortsOf(g switchover.Group) []int {
	var numbers []int
	for _, m := range g.Members {
		for _, sp := range m.Ports {
			numbers = append(numbers, p.opening[sp.Name]...)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// traffic tells the plan where requests go before its first step: reach is the percentage, with what matches.
func (p *planner) traffic(out switchover.Group, reach int) {
	t := plan.Traffic{Group: out.Name, Percent: reach}
	for _, m := range out.Members {
		for _, i := range slices.Concat(m.New, m.Old, m.Standing, m.Surplus) {
			if !i.Running {
				continue
			}
			t.Instances = append(t.Instances, p.places(&m, i, &out)...)
		}
	}
	if len(t.Instances) > 0 {
		p.out.Traffic = append(p.out.Traffic, t)
	}
}

// places are an instance as the plan knows it: once, or once for each side where it has or gets a place on both.
func (p *planner) places(m *switchover.Member, i switchover.Instance, g *switchover.Group) []plan.Instance {
	ready, has := map[proxy.Side]bool{}, map[proxy.Side]bool{}
	for _, id := range i.Servers {
		has[id.Side] = true
		if server := p.stand.state(id); server == proxy.Ready {
			ready[id.Side] = true
		}
	}
	one := plan.Instance{Name: i.Name, Writes: m.Writes}
	if len(m.Ports) == 0 {
		return []plan.Instance{one}
	}
	one.Service = m.Addr.String()
	var all []plan.Instance
	for _, side := range []proxy.Side{g.Side.Other(), g.Side} {
		if two := g.Twice(m, i); two || has[side] {
			one.Name, one.Side, one.Ready = g.Place(m, i, side), string(side), ready[side]
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		all = append(all, one)
	}
	return all
}
