package switchover

import (
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

func (x *expander) undoID(parts ...string) plan.ID {
	return id(append([]string{x.g.Name, "undo"}, parts...)...)
}

func (x *expander) undo(step plan.Step) {
	if step.Addr.IsZero() {
		step.Addr = x.g.Addr
	}
	step.Group = x.g.Name
	step.Cause = plan.Cause{Why: "the switch of " + x.g.Name + " failed"}
	step.Irreversible = "it is the way back itself"
	x.out.Undo = append(x.out.Undo, step)
}

// wayBack adds the steps that a failure leads to: traffic to the release that served, which never stopped;
// then the new one drains, leaves the edge, and is removed. Where the old one had to stop first, it starts
// again once the new one is gone.
func (x *expander) wayBack() {
	if x.held {
		x.holdBack()
		return
	}
	var last []plan.ID
	if x.g.behindPort() {
		last = x.undoTraffic()
		reset := x.undoID("reset")
		x.undo(plan.Step{ID: reset, Op: edge.OpReset, Title: "put the edge back as it was", Needs: last,
			Config: plan.Raw(x.reset()), Limit: edgeLimit})
		last = []plan.ID{reset}
		x.resets()
	}
	x.takesBack(x.removeNew(last))
	x.restartOld()
}

// resets has what makes the new containers be undone by putting the edge back, too. Before traffic moves there is nothing
// to put back of a switchover that an earlier apply began.
func (x *expander) resets() {
	for i := range x.out.Steps {
		if s := &x.out.Steps[i]; (s.Op == container.OpCreate || s.Op == container.OpStart) && !x.resumes() {
			s.Undo = append(s.Undo, x.undoID("reset"))
		}
	}
}

// removeNew takes the new containers away.
func (x *expander) removeNew(needs []plan.ID) (removals []plan.ID) {
	for _, m := range x.g.Members {
		for _, n := range m.New {
			if n.Running && (!m.Changed || x.g.Fresh || n.Stands) {
				continue
			}
			step := plan.Step{ID: x.undoID("remove", n.Name), Addr: m.Addr, Op: container.OpRemove, Title: "remove " + n.Name,
				Needs: needs, Config: plan.Raw(container.RemoveConfig(n.Stop)), Limit: n.Stop.Timeout.Std() + stopSlack,
				Effects: []plan.Effect{x.effect(plan.Stop, &m, n.Name, "")}}
			if x.g.Settings.KeepFailed {
				step.Op, step.Title = container.OpAside, "stop "+n.Name+" and keep it for a look"
			}
			if n.Exists && !n.Running { // kept from an earlier release: it goes back to sleep
				step.Op, step.Title, step.Config = container.OpStop, "stop "+n.Name, plan.Raw(n.Stop)
			}
			x.undo(step)
			removals = append(removals, step.ID)
		}
	}
	return removals
}

// takesBack has a failure after traffic moved take the new instances back that ran before this plan, too.
func (x *expander) takesBack(removals []plan.ID) {
	for i := range x.out.Steps {
		if s := &x.out.Steps[i]; s.Op == edge.OpShift && len(s.Undo) > 0 {
			s.Undo = append(s.Undo, removals...)
		}
	}
}

// undoTraffic gives the traffic back and drains what the new release got. It returns what the rest of the
// way back needs.
func (x *expander) undoTraffic() []plan.ID {
	var needs []plan.ID
	if x.g.Moves() {
		back := x.g.percent(0)
		x.undo(plan.Step{ID: x.undoID("shift"), Op: edge.OpShift, Title: "give all traffic back to the release before",
			Config:  plan.Raw(edge.ShiftConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name, Percent: back, Switch: &proxy.Switch{To: x.g.Side}}),
			Effects: x.weight(back, nil), Limit: edgeLimit})
		needs = []plan.ID{x.undoID("shift")}
	}
	return x.drainBack(needs)
}

// drainBack drains what the new release got.
func (x *expander) drainBack(needs []plan.ID) []plan.ID {
	servers, effects := x.takenServers()
	if len(servers) == 0 {
		return needs
	}
	effects = append(x.closing(), effects...)
	limit := x.g.Settings.Drain
	if x.held {
		limit = min(limit, x.g.Settings.Hold/3)
	}
	x.undo(plan.Step{ID: x.undoID("drain"), Op: edge.OpDrain, Title: x.drainTitle(), Needs: needs,
		Config:  plan.Raw(edge.DrainConfig{Recipe: x.g.Recipe.Name, Servers: servers, Limit: state.Duration(limit)}),
		Effects: effects, Limit: limit + edgeLimit})
	return []plan.ID{x.undoID("drain")}
}

// drainTitle says whom the way back drains: a new release, or what was added to the one that stays.
func (x *expander) drainTitle() string {
	if x.g.Moves() || x.g.Fresh {
		return "drain the new release"
	}
	return "drain the new replicas"
}

// closing gives the effects of doors that close again on the way back: those behind which nobody served before.
func (x *expander) closing() []plan.Effect {
	if x.g.Fresh {
		return []plan.Effect{{Kind: plan.Remove, Group: x.g.Name, Object: x.g.Name}}
	}
	var effects []plan.Effect
	for i := range x.g.Members {
		if m := &x.g.Members[i]; len(m.Ports) > 0 && !x.g.Moves() && !x.served(m) {
			effects = append(effects, plan.Effect{Kind: plan.Remove, Group: x.g.Name, Service: m.Addr.String(), Object: m.Addr.String()})
		}
	}
	return effects
}

// served tells whether some container of a member that runs has a place on the wanted side.
func (x *expander) served(m *Member) bool {
	return slices.ContainsFunc(slices.Concat(m.New, m.Surplus), func(n Instance) bool { return n.Running && x.serving(n) })
}

// takenServers are the places that the new release has or gets by this plan, with their draining. Where no
// traffic moves, those are the new replicas' alone.
func (x *expander) takenServers() ([]proxy.ServerID, []plan.Effect) {
	var servers []proxy.ServerID
	var effects []plan.Effect
	for _, m := range x.g.Members {
		for _, p := range m.Ports {
			for _, n := range m.New {
				if (!x.g.Moves() || n.Stands) && x.isReady(p, n) {
					continue
				}
				servers = append(servers, proxy.ServerID{Recipe: x.g.Recipe.Name, Service: p.Name, Side: x.g.Side, Slot: n.Slot})
				effects = append(effects, x.effect(plan.Drained, &m, x.g.Place(&m, n, x.g.Side), x.g.Side))
			}
		}
	}
	return servers, effects
}

// reset describes the group on the edge as it stands; where that is amid a switchover, as it was before that.
func (x *expander) reset() edge.ResetConfig {
	c := edge.ResetConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name, Before: x.g.Before, NewPorts: x.g.NewPorts, Left: x.ended}
	amid := x.g.Moves() && x.g.underWay()
	if amid {
		before := *x.g.Before
		before.Match = slices.Clone(before.Match)
		before.Percent, before.Switch = x.g.percent(0), nil
		before.Lead("", nil)
		c.Before = &before
	}
	for _, m := range x.g.Members {
		for _, p := range m.Ports {
			switch {
			case p.Current == nil:
				c.Added = append(c.Added, p.Name)
			case amid:
				c.Services = append(c.Services, vacated(*p.Current, x.g.Side))
			default:
				c.Services = append(c.Services, x.asServed(&m, *p.Current))
			}
		}
	}
	return c
}

// vacated is a service whose servers on a side get nothing.
func vacated(s proxy.Service, side proxy.Side) proxy.Service {
	b := s.Side(side)
	b.Servers = slices.Clone(b.Servers)
	for i := range b.Servers {
		b.Servers[i].State = proxy.Maint
	}
	return s
}

// resumes tells whether the plan goes on with a switchover that an earlier apply began.
func (x *expander) resumes() bool { return x.g.underWay() && x.settled == nil }

// asServed is a service as it stands, with the servers ready of what had to stop first: where an apply was broken off,
// they may not be.
func (x *expander) asServed(m *Member, s proxy.Service) proxy.Service {
	if !x.held {
		return s
	}
	site := proxy.Site{Services: []proxy.Service{s}}.Clone()
	for _, old := range m.first {
		edge.SetState(&site, x.servedFrom(m, old), proxy.Ready)
	}
	return site.Services[0]
}

// restartOld starts what had to stop before the new release.
func (x *expander) restartOld() {
	for _, s := range x.out.Steps {
		if s.Op != container.OpStop || len(s.Undo) == 0 {
			continue
		}
		for _, o := range x.first {
			if x.undoID("start", o.Name) != s.Undo[0] {
				continue
			}
			var needs []plan.ID
			for _, u := range x.out.Undo {
				if u.Op == container.OpRemove || u.Op == container.OpStop || u.Op == container.OpAside {
					needs = append(needs, u.ID)
				}
			}
			x.undo(plan.Step{ID: s.Undo[0], Addr: s.Addr, Op: container.OpStart, Title: "start " + o.Name + " again",
				Needs: needs, Config: plan.Raw(o.Start), Limit: engineLimit,
				Effects: []plan.Effect{{Kind: plan.Start, Group: s.Effects[0].Group, Service: s.Effects[0].Service, Instance: o.Name}}})
		}
	}
}

func server(n Instance, p Port) proxy.Server {
	return proxy.Server{Slot: n.Slot, Address: addrPort(n.Address, p.Target), State: proxy.Maint}
}
