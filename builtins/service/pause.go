package service

import (
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// The edge tells how far a switchover has come. One that an apply left without a pause was broken off: whoever wants
// the same goes on at its stage. One that is paused waits, whatever is applied, until somebody promotes or reverts it,
// or the recipe wants something else.

// waits tells whether a group is as the recipe wants it but for a pause.
func (p *planner) waits(g *group, origin *proxy.Group) bool {
	return !p.in.Mode.Recalls() && p.amid(g, origin) && origin.Paused()
}

// amid tells whether the switchover under way is the one to what is wanted.
func (p *planner) amid(g *group, origin *proxy.Group) bool {
	if origin == nil || origin.Switch == nil || origin.Name != p.nameOf(g) {
		return false
	}
	to := origin.Switch.To
	changes := false
	for _, b := range g.members {
		switch {
		case len(b.ports) == 0:
			if !slices.ContainsFunc(b.stock.of(b.release), piece.running) {
				return false
			}
		case b.takes(to) != b.release:
			return false
		case b.changed():
			changes = true
		}
	}
	return changes
}

// takes is the release that a side of a service holds, of those of its ports that stand.
func (b *base) takes(side proxy.Side) string {
	for _, sp := range b.ports {
		if sp.Current != nil {
			return sp.Current.Side(side).Release
		}
	}
	return ""
}

// paused says of a group that it waits, and changes nothing but what needs no process.
func (p *planner) paused(g *group, origin *proxy.Group) {
	s := origin.Switch
	for _, b := range g.members {
		for _, sp := range b.ports {
			if sp.Current == nil {
				p.diags = append(p.diags, diag.Errorf(diag.InvalidValue, &b.r.Range, "The switchover is paused",
					"A route leads to %s, which both releases of %s would have to be prepared for. Run \"recipe promote\" or \"recipe revert\" first.", sp.Name, b.r.Addr))
			}
		}
		cause := plan.At("its arguments changed", b.r.Range)
		if updated := len(p.inPlace(b, cause)); updated > 0 {
			p.out.Changes = append(p.out.Changes, plan.Change{Addr: b.r.Addr, Action: plan.Update, After: b.r.Spec, Cause: cause,
				Summary: fmt.Sprintf("release %s, %s to update in place", b.release, count(updated, "container"))})
		}
		// One that died is no exception: both releases serve, and what somebody looks at while it waits stays as it is.
		if have := len(slices.DeleteFunc(b.stock.of(b.release), func(one piece) bool { return !one.running() })); have != b.spec.Replicas() && len(b.ports) > 0 {
			p.out.Notes = append(p.out.Notes, plan.Note{Addr: b.r.Addr,
				Text: fmt.Sprintf("of release %s %s and there should be %d: \"recipe promote\" mends that", b.release, run(have), b.spec.Replicas())})
		}
	}
	p.out.Notes = append(p.out.Notes, plan.Note{Addr: g.addr, Paused: true, Text: fmt.Sprintf(
		"paused since %s, with %d%% of the traffic at %s: %s. To go on: recipe promote; to go back: recipe revert",
		s.Pause.Since.Format("2006-01-02 15:04:05 MST"), weight(origin), releases(g), s.Pause.Why)})
}

// run says how many containers do.
func run(n int) string {
	if n == 1 {
		return "1 container runs"
	}
	return count(n, "container") + " run"
}

// weight is the new release's percentage.
func weight(g *proxy.Group) int {
	if g.Switch.To == proxy.A {
		return 100 - g.Percent
	}
	return g.Percent
}

// releases names what a group is on its way to.
func releases(g *group) string {
	name := ""
	for _, b := range g.members {
		if b.changed() && name != "" {
			return "the new releases"
		}
		if b.changed() {
			name = "release " + b.release
		}
	}
	return name
}

// from is the first stage to go through: of a switchover that was broken off the one that it had come to.
func (p *planner) from(g *group, out *switchover.Group) int {
	if !out.Moves() || !p.amid(g, out.Before) {
		return 0
	}
	s := out.Before.Switch
	at, next := g.settings.Stage(s.Stage), p.in.Mode == kind.Promote
	switch {
	case s.Stage == "":
		return 0
	case at >= 0 && next:
		return at + 1
	case at >= 0:
		return at
	}
	// The recipe has other stages by now.
	at = slices.IndexFunc(g.settings.Stages, func(stage switchover.Stage) bool {
		return stage.Weight > weight(out.Before) || !next && stage.Weight == weight(out.Before)
	})
	if at < 0 {
		return len(g.settings.Stages)
	}
	return at
}

// decided is a service as somebody decided that it be, by the switchover that it is in; nil where it is in none.
func (p *planner) decided(r *state.Resource, named *group) *base {
	g := p.switching(r.Addr, named)
	if g == nil || p.in.Mode != kind.Revert && !g.Paused() {
		return nil
	}
	side := g.Switch.To
	if p.in.Mode == kind.Revert {
		side = side.Other()
	}
	for _, svc := range p.stand.owned[p.onEdge(r.Addr)] {
		b := svc.Side(side)
		ready := 0 // which of its containers have a part in the switchover
		for _, server := range b.Servers {
			if server.State == proxy.Ready {
				ready++
			}
		}
		return p.recall(r, b.Release, ready)
	}
	stock := p.stocks[r.Addr]
	release := stock.newestRunning()
	if p.in.Mode == kind.Revert {
		release = p.running(r.Addr, stock)
	}
	return p.recall(r, release, len(slices.DeleteFunc(stock.of(release), func(one piece) bool { return !one.running() })))
}

// switching is the group on the edge whose switchover a service is in, itself or with the others of its block.
func (p *planner) switching(a addr.Addr, named *group) *proxy.Group {
	all := []addr.Addr{a}
	if named != nil {
		for _, ref := range named.services {
			if other, err := addr.Parse(ref.Addr); err == nil {
				all = append(all, other)
			}
		}
	}
	for _, one := range all {
		for _, svc := range p.stand.owned[p.onEdge(one)] {
			if g := p.stand.groups[svc.Group]; g != nil && g.Switch != nil {
				return g
			}
		}
	}
	return nil
}
