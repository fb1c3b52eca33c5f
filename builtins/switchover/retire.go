package switchover

import (
	"iter"
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
)

// retire drains and stops what the new release has replaced, and removes what is kept no longer.
func (x *expander) retire() {
	needs := append(slices.Clone(x.g.First), x.probed...)
	if x.moved != "" {
		needs = []plan.ID{x.moved}
	}
	leaving, left := x.leave()
	x.ends = (x.g.Moves() || x.givesUp()) && !x.stands()
	if drained := x.drain(string(x.ID("drain")), leaving, left, needs); drained != nil {
		needs = drained
	}
	if x.stands() {
		x.add(x.stand(needs))
	}
	for i := range x.g.Members {
		m := &x.g.Members[i]
		for _, o := range m.Old {
			x.add(x.stopStep(m, o, x.unless(o, needs)))
		}
		for _, o := range m.Surplus {
			x.add(x.stopStep(m, o, needs), x.removeStep(m, o, []plan.ID{id(m.Addr.String(), "stop", o.Name)}))
		}
		for _, o := range m.Prune {
			after := x.unless(o, needs)
			if o.Running {
				after = append(slices.Clone(after), id(m.Addr.String(), "stop", o.Name))
			}
			x.add(x.removeStep(m, o, after))
		}
	}
}

// unless gives what an old instance waits for before it goes: one that an unfinished switch left waits for its own
// draining, and not for the new release.
func (x *expander) unless(o Instance, needs []plan.ID) []plan.ID {
	if x.settled != nil && len(o.Servers) > 0 && len(onSide(o.Servers, x.g.Side.Other())) == 0 {
		return x.settled
	}
	return needs
}

// leave are the instances that give up their places when the new release has the traffic, and the servers that no
// instance has.
func (x *expander) leave() (leaving []Instance, left []proxy.ServerID) {
	for _, m := range x.g.Members {
		leaving = append(leaving, x.leaving(m)...)
	}
	left = x.abandoned(x.g.Side.Other())
	if !x.g.Moves() {
		left = append(left, slices.DeleteFunc(x.abandoned(x.g.Side), x.takes)...)
	}
	return leaving, left
}

// drains tells whether anything gives up its place then, which is when the switchover ends.
func (x *expander) drains() bool {
	leaving, left := x.leave()
	return len(left) > 0 || slices.ContainsFunc(leaving, func(i Instance) bool { return len(i.Servers) > 0 })
}

// leaving are the instances of a member that give up their places: the old release's and the surplus ones,
// and, of a member that stays while others of its group move or moved, the places on the side that is left.
func (x *expander) leaving(m Member) []Instance {
	var all []Instance
	for _, o := range m.Old {
		if x.settled != nil {
			o.Servers = onSide(o.Servers, x.g.Side.Other())
		}
		all = append(all, o)
	}
	all = append(all, m.Surplus...)
	if x.g.Standby {
		return all // what stays stands by on the other side, too: the way back is one for all of the group
	}
	for _, n := range m.New {
		n.Servers = onSide(n.Servers, x.g.Side.Other())
		all = append(all, n)
	}
	return all
}

// servers are a port's servers on a side as the edge has them now, by their places.
func (x *expander) servers(p Port, side proxy.Side) iter.Seq2[proxy.ServerID, proxy.Server] {
	return func(yield func(proxy.ServerID, proxy.Server) bool) {
		if p.Current == nil {
			return
		}
		for _, s := range p.Current.Side(side).Servers {
			if !yield(proxy.ServerID{Recipe: x.g.Recipe.Name, Service: p.Name, Side: side, Slot: s.Slot}, s) {
				return
			}
		}
	}
}

// abandoned are the servers on a side, other than in maint, that no instance has: its container was removed.
func (x *expander) abandoned(side proxy.Side) []proxy.ServerID {
	var left []proxy.ServerID
	for i := range x.g.Members {
		m := &x.g.Members[i]
		for _, p := range m.Ports {
			for at, s := range x.servers(p, side) {
				if s.State != proxy.Maint && !m.has(at) {
					left = append(left, at)
				}
			}
		}
	}
	return left
}

// has tells whether an instance of the member has a place.
func (m *Member) has(place proxy.ServerID) bool {
	return slices.ContainsFunc(slices.Concat(m.New, m.Old, m.Standing, m.Surplus, m.Prune, m.first), func(n Instance) bool {
		return slices.Contains(n.Servers, place)
	})
}

func onSide(servers []proxy.ServerID, side proxy.Side) []proxy.ServerID {
	var on []proxy.ServerID
	for _, s := range servers {
		if s.Side == side {
			on = append(on, s)
		}
	}
	return on
}

func (x *expander) removeStep(m *Member, o Instance, needs []plan.ID) plan.Step {
	return plan.Step{ID: id(m.Addr.String(), "remove", o.Name), Addr: m.Addr, Op: container.OpRemove,
		Title: "remove " + o.Name, Cause: plan.Cause{Why: o.Leaves}, Needs: needs,
		Config: plan.Raw(container.RemoveConfig(o.Stop)), Provides: []plan.ID{plan.GoneID(m.Addr)},
		Effects: []plan.Effect{{Kind: plan.Remove, Object: o.Name}}, Limit: o.Stop.Timeout.Std() + stopSlack,
		Irreversible: "nothing uses it"}
}
