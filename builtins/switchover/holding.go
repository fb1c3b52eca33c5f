package switchover

import (
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Where a new container can only start when the old one has stopped, requests wait in the proxy meanwhile, rather than
// fail: the hold begins before the old one drains, and the shift that makes the new one ready ends it, in the same
// write. The way back is the same the other way round: what waits still waits, or waits again, until the old container
// has been started and has passed its check. Each hold ends by itself after its limit, also when nobody is left to end
// it; the next plan then goes on, and begins a hold of its own.

// Hold is a hold block.
type Hold struct {
	Timeout state.Duration `json:"timeout"`
}

// maxHold is how long requests may be told to wait.
const maxHold = time.Hour

// hold adds the step from which on requests wait, where some member has to stop first and the edge has the group. It
// returns what stopping needs then.
func (x *expander) hold(first []*Member, needs []plan.ID) []plan.ID {
	served := slices.ContainsFunc(first, func(m *Member) bool { return len(m.Ports) > 0 && len(m.New) > 0 })
	if !served || x.g.Settings.Hold == 0 || !x.g.stands() {
		return needs
	}
	x.held = true
	step := x.holdStep(x.ID("hold"))
	step.Needs, step.Undo = needs, []plan.ID{x.undoID("serve")}
	x.add(step)
	return []plan.ID{step.ID}
}

func (x *expander) holdStep(id plan.ID) plan.Step {
	return plan.Step{ID: id, Op: edge.OpHold, Title: "let requests of " + x.g.Name + " wait", Limit: edgeLimit,
		Config:  plan.Raw(edge.HoldConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name, For: state.Duration(x.g.Settings.Hold)}),
		Effects: []plan.Effect{{Kind: plan.Hold, Group: x.g.Name}}}
}

// release is the effect of what ends a hold, of this plan or of one that was broken off.
func (x *expander) release() []plan.Effect {
	if !x.held && !x.g.waits() {
		return nil
	}
	return []plan.Effect{{Kind: plan.Release, Group: x.g.Name}}
}

// waits tells whether requests of the group wait, or would if their time were not over.
func (g *Group) waits() bool { return g.Before != nil && g.Before.Until > 0 }

// drainLimit is how long draining takes at most. While requests wait it takes a third of their time at most: a websocket
// that stays open would use it up, and the containers need the rest to stop and to start.
func (x *expander) drainLimit() time.Duration {
	if x.held && x.moved == "" {
		return min(x.g.Settings.Drain, x.g.Settings.Hold/3)
	}
	return x.g.Settings.Drain
}

// interrupt declares what stopping a member first comes to.
func (x *expander) interrupt(m *Member) {
	if len(m.New) == 0 {
		return
	}
	n := m.New[0]
	i := plan.Interruption{Group: x.g.Name, Down: len(m.Ports) == 0,
		Why:   m.StopFirst + ", so the old container stops before the new one starts",
		Bound: n.Stop.Timeout.Std() + n.Probe.Within.Std()}
	if x.held && !i.Down {
		i.Held, i.Waits = true, x.g.Settings.Hold
		i.Bound = x.drainLimit() + m.first[0].Stop.Timeout.Std() + n.Probe.Within.Std()
		i.Why += "; " + x.cut(m)
	}
	x.out.Interruptions = append(x.out.Interruptions, i)
}

// cut says what cannot wait, since it is under way.
func (x *expander) cut(m *Member) string {
	what := "open websockets and streams"
	if !slices.ContainsFunc(m.Ports, func(p Port) bool { return p.Mode != proxy.TCP }) {
		what = "open connections"
	} else if slices.ContainsFunc(m.Ports, func(p Port) bool { return p.Mode == proxy.TCP }) {
		what = "open websockets, streams and connections in tcp mode"
	}
	return what + " that do not end within " + x.drainLimit().String() + " are cut"
}

// undoStop are the steps that have an old container serve again that had to stop first.
func (x *expander) undoStop(old Instance) []plan.ID {
	ids := []plan.ID{x.undoID("start", old.Name)}
	if x.held {
		ids = append(ids, x.undoID("probe", old.Name))
	}
	return ids
}

// holdBack is the way back of a group that is held: the new release drains while requests wait, and goes; the old one
// starts again; and when it has passed its check the edge is put back, and what waited goes on.
func (x *expander) holdBack() {
	hold := x.holdStep(x.undoID("hold"))
	hold.Title += " again"
	x.undo(hold)
	needs := x.drainBack([]plan.ID{hold.ID})
	removals := x.removeNew(needs)
	x.takesBack(removals)
	needs = append(needs, removals...)
	var effects []plan.Effect
	var places []proxy.ServerID
	for i := range x.g.Members {
		m := &x.g.Members[i]
		for _, old := range m.first {
			ids := x.startAgain(m, old, slices.Clone(needs))
			needs = append(needs, ids...)
			for _, s := range x.servedFrom(m, old) {
				places = append(places, s)
				effects = append(effects, x.effect(plan.Ready, m, x.g.Place(m, old, s.Side), s.Side))
			}
		}
	}
	effects = append(effects, x.weight(x.share(), nil)...)
	effects = append(effects, plan.Effect{Kind: plan.Release, Group: x.g.Name})
	serve := plan.Step{ID: x.undoID("serve"), Op: edge.OpShift, Title: "have the old release serve again, and let what waits go on",
		Needs: needs, Config: plan.Raw(edge.ShiftConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name, Percent: x.share(), Ready: places}),
		Effects: effects, Limit: edgeLimit}
	if x.g.Side == x.live() { // what went back has given its place to what came, in a switch that was broken off before
		serve.Op, serve.Config = edge.OpReset, plan.Raw(x.reset())
	}
	x.undo(serve)
	// The rest may need a reload, for which nothing that waits should have to wait.
	x.undo(plan.Step{ID: x.undoID("reset"), Op: edge.OpReset, Title: "put the edge back as it was", Needs: []plan.ID{x.undoID("serve")},
		Config: plan.Raw(x.reset()), Limit: edgeLimit})
	x.resets()
}

// startAgain adds the start of an old container and the wait for its check.
func (x *expander) startAgain(m *Member, old Instance, needs []plan.ID) []plan.ID {
	start := plan.Step{ID: x.undoID("start", old.Name), Addr: m.Addr, Op: container.OpStart, Title: "start " + old.Name + " again",
		Needs: needs, Config: plan.Raw(old.Start), Limit: engineLimit, Effects: []plan.Effect{x.effect(plan.Start, m, old.Name, "")}}
	probe := plan.Step{ID: x.undoID("probe", old.Name), Addr: m.Addr, Op: container.OpProbe, Title: "wait for " + old.Name,
		Wait: waitFor(old.Probe), Within: old.Probe.Within.Std(), Needs: []plan.ID{start.ID}, Config: plan.Raw(old.Probe),
		Limit: old.Probe.Within.Std() + stopSlack, Effects: []plan.Effect{x.effect(plan.Passed, m, old.Name, "")}}
	x.undo(start)
	x.undo(probe)
	return []plan.ID{start.ID, probe.ID}
}

// live is the side that had the traffic; amid a switchover that of the release before, unless what had to stop serves
// on the other alone: then an apply was broken off when the traffic had moved already.
func (x *expander) live() proxy.Side {
	if !x.g.underWay() {
		return proxy.Group{Percent: x.g.Percent}.Live()
	}
	live := x.g.Before.Live()
	if !x.firstServes(live) && x.firstServes(live.Other()) {
		return live.Other()
	}
	return live
}

// firstServes tells whether something that has to stop first has a ready place on a side.
func (x *expander) firstServes(side proxy.Side) bool {
	for i := range x.g.Members {
		m := &x.g.Members[i]
		for _, p := range m.Ports {
			for place, s := range x.servers(p, side) {
				if s.State == proxy.Ready && slices.ContainsFunc(m.first, func(old Instance) bool { return slices.Contains(old.Servers, place) }) {
					return true
				}
			}
		}
	}
	return false
}

// share is the percentage at which that side serves: all of the traffic, once a switchover is given up.
func (x *expander) share() int {
	switch {
	case !x.g.underWay():
		return x.g.Percent
	case x.live() == proxy.B:
		return 100
	}
	return 0
}

// servedFrom are the places on the side with the traffic that an old container had, or would have if an apply had not
// been broken off.
func (x *expander) servedFrom(m *Member, old Instance) []proxy.ServerID {
	live := x.live()
	var places []proxy.ServerID
	for _, p := range m.Ports {
		for place, s := range x.servers(p, live) {
			if s.Address.Addr().String() == old.Address {
				places = append(places, place)
			}
		}
	}
	return places
}
