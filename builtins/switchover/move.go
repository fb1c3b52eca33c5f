package switchover

import (
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/plan"
)

// shift moves the traffic, stage by stage.
func (x *expander) shift() {
	ready, effects := x.newServers()
	switch {
	case !x.g.behindPort():
		x.moved = ""
		x.readyWithoutTraffic()
	case x.g.Moves():
		x.stages(ready, effects)
	case len(ready) > 0 || x.g.wanted() && (x.g.Fresh || x.givesUp() || x.g.waits()):
		percent := x.g.Percent
		if x.g.Fresh || x.givesUp() {
			percent = x.g.percent(100)
		}
		s := stageStep{name: "ready", title: x.openTitle(), percent: percent, ready: ready, effects: effects, final: true}
		if x.givesUp() && x.drains() {
			s.to = &proxy.Switch{To: x.g.Side.Other()}
		}
		x.moveTo(s, append(x.shiftNeeds(), x.allBetween()...))
	}
}

func (g *Group) behindPort() bool {
	for _, m := range g.Members {
		if len(m.Ports) > 0 {
			return true
		}
	}
	return false
}

// givesUp tells whether an unfinished switch has to be given up, since what served before it is wanted again: that
// gets all traffic back at once, having had it all along.
func (x *expander) givesUp() bool {
	return !x.g.Fresh && !x.g.Moves() && (x.g.Split || x.g.Percent != x.g.percent(100) || x.g.underWay())
}

func (x *expander) openTitle() string {
	switch {
	case x.g.Fresh:
		return "open " + x.g.Name + " to traffic"
	case x.givesUp() && x.g.Percent == x.g.percent(100):
		return "end the switchover of " + x.g.Name
	case x.givesUp():
		return "give all traffic of " + x.g.Name + " back to the release that served before"
	}
	return "give the new replicas of " + x.g.Name + " their share"
}

func (x *expander) shiftNeeds() []plan.ID {
	return append(append([]plan.ID{Prepared}, x.probed...), x.settled...)
}

// newServers are the places of the wanted release that are not ready yet, with what their becoming so means.
func (x *expander) newServers() ([]proxy.ServerID, []plan.Effect) {
	var ready []proxy.ServerID
	var effects []plan.Effect
	for _, m := range x.g.Members {
		for _, p := range m.Ports {
			for _, n := range m.New {
				if x.isReady(p, n) {
					continue
				}
				ready = append(ready, proxy.ServerID{Recipe: x.g.Recipe.Name, Service: p.Name, Side: x.g.Side, Slot: n.Slot})
				effects = append(effects, x.effect(plan.Ready, &m, x.g.Place(&m, n, x.g.Side), x.g.Side))
			}
		}
	}
	return ready, effects
}

// isReady tells whether an instance serves in its place already: it runs, and the edge knows it there.
func (x *expander) isReady(p Port, n Instance) bool {
	place := func(s proxy.ServerID) bool { return s.Service == p.Name && s.Side == x.g.Side && s.Slot == n.Slot }
	if p.Current == nil || !n.Running || slices.ContainsFunc(x.ended, place) {
		return false
	}
	for _, s := range p.Current.Side(x.g.Side).Servers {
		if s.Slot == n.Slot && s.State == proxy.Ready && s.Address.Addr().String() == n.Address {
			return true
		}
	}
	return false
}

// stageStep is one move of traffic.
type stageStep struct {
	name, title string
	percent     int
	matches     []proxy.Match // in force, to the new release
	ready       []proxy.ServerID
	effects     []plan.Effect
	stage       Stage // with its hold and gates; the zero Stage where traffic does not move in stages
	final       bool
	to          *proxy.Switch // what the edge notes; nil where no switchover is under way afterwards
}

func (x *expander) stages(ready []proxy.ServerID, effects []plan.Effect) {
	needs := x.shiftNeeds()
	stages := x.g.Settings.Stages
	var matches []proxy.Match
	for i, stage := range stages {
		if x.held { // nobody else is left to take any of it
			stage.Weight = 100
		}
		if matches = union(matches, stage.matches()); stage.Weight == 100 {
			matches = nil // all requests go there
		}
		if i < x.g.From {
			continue
		}
		needs = x.between(stage, needs)
		s := stageStep{name: stage.Name, percent: x.g.percent(stage.Weight), matches: matches, title: x.stageTitle(stage, matches),
			ready: ready, effects: effects, stage: stage, final: i == len(stages)-1}
		if !s.final || stage.manual() || x.drains() || x.stands() { // which is when a switchover ends
			s.to = &proxy.Switch{To: x.g.Side, Stage: stage.Name}
		}
		needs = x.moveTo(s, needs)
		ready, effects = nil, nil
	}
	if x.g.From == len(stages) {
		x.commit(x.accept("promoted", needs))
	}
}

// moveTo adds the step that moves traffic and those that watch what the stage shows; it returns what the next one
// needs.
func (x *expander) moveTo(s stageStep, needs []plan.ID) []plan.ID {
	steps := []plan.Step{{ID: x.ID("shift", s.name), Op: edge.OpShift, Title: s.title, Needs: needs,
		Config:  plan.Raw(edge.ShiftConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name, Percent: s.percent, Ready: s.ready, Match: s.matches, To: x.to(s.matches), Switch: s.to}),
		Effects: slices.Concat(s.effects, x.close(), x.weight(s.percent, s.matches), x.release()),
		Undo:    x.undoShift(), Limit: edgeLimit}}
	next := []plan.ID{steps[0].ID}
	if watching := x.watch(s.stage, steps[0].ID); len(watching) > 0 {
		steps = append(steps, watching...)
		next = nil
		for _, w := range watching {
			next = append(next, w.ID)
		}
	}
	switch manual := s.stage.manual(); {
	case manual:
		x.add(steps...)
		return x.commit(x.pause(s, next))
	case s.final && len(next) > 1: // one step has to be the last
		x.add(steps...)
		return x.commit(x.accept(s.name, next))
	case s.final:
		x.add(steps[:len(steps)-1]...)
		return x.commit(steps[len(steps)-1])
	}
	x.add(steps...)
	x.moved = steps[len(steps)-1].ID
	return next
}

// commit adds the step after which a failure takes nothing back: the services are ready, as far as others wait for
// that. Of several the first counts, since a plan ends with a pause.
func (x *expander) commit(last plan.Step) []plan.ID {
	if !x.committed {
		last.Commit, x.committed = true, true
		for _, m := range x.g.Members {
			last.Provides = append(last.Provides, plan.ReadyID(m.Addr))
		}
	}
	x.add(last)
	x.moved = last.ID
	return []plan.ID{last.ID}
}

// close gives the effects of closing the doors of services that are wanted nowhere any more, once.
func (x *expander) close() []plan.Effect {
	var effects []plan.Effect
	for _, m := range x.g.Members {
		if !x.closed && len(m.New) == 0 && len(m.Ports) > 0 {
			effects = append(effects, plan.Effect{Kind: plan.Remove, Group: x.g.Name, Service: m.Addr.String(), Object: m.Addr.String()})
		}
	}
	x.closed = true
	return effects
}

func (x *expander) undoShift() []plan.ID {
	undo := []plan.ID{x.undoID("reset")}
	if x.held {
		undo = []plan.ID{x.undoID("serve"), x.undoID("hold")}
	} else if x.g.Moves() {
		undo = append(undo, x.undoID("shift"))
	}
	if servers, _ := x.takenServers(); len(servers) > 0 {
		undo = append(undo, x.undoID("drain"))
	}
	return undo
}

func (x *expander) newNames() []string {
	var names []string
	for _, m := range x.g.Members {
		for _, n := range m.New {
			names = append(names, n.Name)
		}
	}
	return names
}

// to is the side that matches lead to.
func (x *expander) to(matches []proxy.Match) proxy.Side {
	if len(matches) == 0 {
		return ""
	}
	return x.g.Side
}

// weight is what a percentage means to the group, with the matches in force.
func (x *expander) weight(percent int, matches []proxy.Match) []plan.Effect {
	g := proxy.Group{Percent: percent, Match: slices.Clone(matches)}
	g.Lead(x.g.Side, matches)
	return []plan.Effect{{Kind: plan.Weight, Group: x.g.Name, Percent: g.Reach()}}
}

// Twice tells whether an instance has a place on either side for a while: it stays while others of its group move,
// or an unfinished switch left it so.
func (g *Group) Twice(m *Member, n Instance) bool {
	if g.Moves() && !m.Changed && n.Running {
		return true
	}
	gets := (g.Moves() || g.Fresh) && n.Running && n.Release == m.Release
	return len(onSide(n.Servers, g.Side.Other())) > 0 && (gets || len(onSide(n.Servers, g.Side)) > 0)
}

// Place names an instance's place on a side: one that has two goes by another name on the wanted side.
func (g *Group) Place(m *Member, n Instance, side proxy.Side) string {
	if side == g.Side && g.Twice(m, n) {
		return n.Name + "@" + string(side)
	}
	return n.Name
}

// readyWithoutTraffic ends the way forward of a group that stands behind no port: a worker is ready when it is fit.
// The last one to be found fit commits the group: once an old one has stopped, taking the new ones back would leave
// nobody.
func (x *expander) readyWithoutTraffic() {
	var last *plan.Step
	for i := range x.out.Steps {
		s := &x.out.Steps[i]
		if s.Op == container.OpProbe {
			s.Provides = append(s.Provides, plan.ReadyID(s.Addr))
			last = s
		}
	}
	if last == nil {
		return
	}
	for _, other := range x.probed {
		if other != last.ID {
			last.Needs = append(last.Needs, other)
		}
	}
	last.Commit = true
}

// takes tells whether a wanted instance takes a place, be it that of one that is gone.
func (x *expander) takes(place proxy.ServerID) bool {
	return slices.ContainsFunc(x.memberOf(place.Service).New, func(n Instance) bool { return n.Slot == place.Slot })
}
