package service

import (
	"fmt"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// A release that stands by runs on, behind the one that has the traffic. It is kept for as long as its switchover says,
// which is a minimum, since nobody watches the clock: the first plan after that ends it. Any plan that moves traffic
// within its group needs its side and ends it first, unless it is the one to which the traffic goes.

// standsBy gives the side of a group that stands by now. In a group that is put together anew nobody does.
func (p *planner) standsBy(g *group) (side proxy.Side, since time.Time, ok bool) {
	origins := p.origins(g)
	if len(origins) != 1 || origins[0].Name != p.nameOf(g) {
		return "", time.Time{}, false
	}
	return p.site.StandsBy(origins[0].Name)
}

// fallen tells whether the release that has the traffic is down while the one that stands by runs, for some service of
// a group: HAProxy has given its requests to that one, which so is the one that serves.
func (p *planner) fallen(g *group, live proxy.Side) bool {
	side, _, ok := p.standsBy(g)
	return ok && side == live.Other() && slices.ContainsFunc(g.members, func(b *base) bool {
		front, behind := b.serves(live), b.serves(side)
		return front != behind && !b.runs(front) && b.runs(behind)
	})
}

// runs tells whether a container of a release runs.
func (b *base) runs(release string) bool {
	return slices.ContainsFunc(b.stock.of(release), func(piece piece) bool { return piece.State == engine.Running })
}

// standby decides what becomes of a release that stands by, and whether one does in the end.
func (p *planner) standby(g *group, out *switchover.Group) {
	moves := !out.Fresh && slices.ContainsFunc(g.members, (*base).changed)
	wanted := g.settings.Standby && !slices.ContainsFunc(g.members, (*base).cannotStandBy)
	leaves := slices.ContainsFunc(g.members, func(b *base) bool { return b.changed() && b.runs(b.serving) })
	out.Fallen, out.Standby = g.fallen, wanted && moves && leaves
	side, since, stands := p.standsBy(g)
	if !stands || g.fallen || out.Fresh {
		return
	}
	for _, b := range g.members {
		b.stands, b.returns = true, moves
	}
	if moves {
		out.Ends = true
		return
	}
	until := since.Add(g.settings.Keep)
	runs := slices.ContainsFunc(g.members, func(b *base) bool { return b.serves(side) != b.release && b.runs(b.serves(side)) })
	why := ""
	switch {
	case !runs:
		why = "nothing of it runs any more"
	case !g.settings.Standby:
		why = "the switchover has no standby any more"
	case !wanted:
		why = "it stands by for a service that nobody can reach"
	case !p.in.Now.Before(until):
		why = fmt.Sprintf("it has done so since %s, longer than standby.keep says", event.Moment(since))
	default:
		out.Standby = true
		p.kept(g, side, since, until)
		return
	}
	out.Ends = true
	for _, b := range g.members {
		if behind := b.serves(side); behind != b.release {
			b.ends = fmt.Sprintf("release %s stands by no longer: %s", behind, why)
		}
	}
}

// kept notes what stands by and goes on doing so.
func (p *planner) kept(g *group, side proxy.Side, since, until time.Time) {
	for _, b := range g.members {
		if behind := b.serves(side); behind != "" && behind != b.release {
			p.out.Notes = append(p.out.Notes, plan.Note{Addr: b.r.Addr, Text: fmt.Sprintf(
				"release %s stands by since %s and is kept until %s at least: it takes over by itself while no server of %s is up",
				behind, event.Moment(since), event.Moment(until), b.release)})
		}
	}
}

// cannotStandBy tells whether a release of a service has nothing to stand by for, or must not.
func (b *base) cannotStandBy() bool {
	_, exclusive := b.spec.Exclusive()
	return exclusive || len(b.ports) == 0 || b.spec.Replicas() == 0
}

// standsIn tells whether a container of another release stands by when the plan is done: it does already, or had the
// traffic.
func (b *base) standsIn(g switchover.Group, piece piece, i switchover.Instance) bool {
	return piece.running() && onSide(i.Servers, g.Side.Other()) && (b.stands && !g.Ends || piece.Release == b.serving)
}

func onSide(servers []proxy.ServerID, side proxy.Side) bool {
	return slices.ContainsFunc(servers, func(s proxy.ServerID) bool { return s.Side == side })
}

// behind is the release of a service that stands by, or the serving one where that stays when others of its group
// go back; empty where nobody stands by.
func (p *planner) behind(r *state.Resource, s stock) string {
	for _, svc := range p.stand.owned[p.onEdge(r.Addr)] {
		side, _, ok := p.site.StandsBy(svc.Group)
		if !ok {
			continue
		}
		release := svc.Side(side).Release
		if slices.ContainsFunc(s.of(release), piece.running) {
			return release
		}
	}
	return ""
}
