package service

import (
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/network"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// before is a service as its last release but the serving one was, whose containers are kept: what they
// were made from stands in their labels. A service without one stays as it is and gives nil.
func (p *planner) before(r *state.Resource) *base {
	s := p.stocks[r.Addr]
	release := s.before(p.serving(r, s))
	if standby := p.behind(r, s); standby != "" {
		release = standby
	}
	if served := p.interrupted(r); served != "" {
		release = served
	}
	return p.recall(r, release, len(s.of(release))) // as many as were kept: the rest of the arguments are theirs, too
}

// recall is a service as a release of it is by its containers, so many of them; nil where none of them is left.
func (p *planner) recall(r *state.Resource, release string, count int) *base {
	s := p.stocks[r.Addr]
	kept := s.of(release)
	if release == "" || len(kept) == 0 {
		p.out.Notes = append(p.out.Notes, plan.Note{Addr: r.Addr, Text: "no earlier release is kept; it stays as it is"})
		return nil
	}
	spec, err := container.Parse(kept[0].Object.Spec)
	if err != nil {
		p.diags = append(p.diags, diag.FromError(diag.InvalidValue,
			fmt.Errorf("release %s of %s cannot be read from its containers' labels: %w", release, r.Addr, err), &r.Range))
		return nil
	}
	volumes, err := spec.Volumes()
	if err != nil {
		p.diags = append(p.diags, diag.FromError(diag.InvalidValue, err, &r.Range))
		return nil
	}
	spec.Count = &count
	was := *r
	was.Spec, was.Sources = kept[0].Object.Spec, nil // the recipe's lines are not where this comes from
	return &base{r: &was, spec: spec, image: container.Found{Ref: kept[0].Container.Image}, release: release, stock: s,
		nets: network.Of(spec.Networks, p.nets), volumes: volumes, ports: p.ports(r.Addr, spec)}
}

// interrupted is the release that served before a switchover that is under way; empty where none is: going back gives
// that switchover up.
func (p *planner) interrupted(r *state.Resource) string {
	for _, svc := range p.stand.owned[p.onEdge(r.Addr)] {
		if g := p.stand.groups[svc.Group]; g != nil && g.Switch != nil {
			return svc.Side(g.Switch.To.Other()).Release
		}
	}
	return ""
}

// serving is the release of a service that has the traffic, or runs, where no port leads to it.
func (p *planner) serving(r *state.Resource, s stock) string {
	for _, svc := range p.stand.owned[p.onEdge(r.Addr)] {
		g := p.stand.groups[svc.Group]
		if g == nil {
			continue
		}
		backend := svc.Side(g.Live())
		for _, server := range backend.Servers {
			if server.State != proxy.Maint {
				return backend.Release
			}
		}
	}
	return p.running(r.Addr, s)
}

// running is the release that runs of a service behind no port. Where several do, an apply was broken off; then it
// is the one that the last finished apply left, since the other was never seen to be fit.
func (p *planner) running(a addr.Addr, s stock) string {
	for _, entry := range slices.Backward(p.in.Recorded.History) {
		release, known := entry.Releases[a.String()]
		if !known {
			continue
		}
		if slices.ContainsFunc(s.of(release), piece.running) {
			return release
		}
		break
	}
	return s.longestRunning()
}
