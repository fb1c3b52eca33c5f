package service

import (
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// unrouted are the services on the edge that no route will lead to.
func (p *planner) unrouted() []proxy.Service {
	wanted := map[string]bool{}
	for _, port := range p.wanted {
		for _, r := range port.Routes {
			wanted[r.Service] = true
		}
	}
	var gone []proxy.Service
	for _, s := range p.site.Services {
		if !wanted[s.Name] {
			gone = append(gone, s)
		}
	}
	return gone
}

// emptied are the groups on the edge that no service will be in.
func (p *planner) emptied(gone []proxy.Service) []string {
	stay, moved, left := map[string]bool{}, map[string]string{}, map[string]bool{}
	for _, x := range p.expanded {
		for _, s := range x.Services {
			moved[s.Name] = s.Group
		}
	}
	for _, s := range gone {
		left[s.Name] = true
	}
	for _, s := range p.site.Services {
		group, ok := moved[s.Name]
		if !ok {
			group = s.Group
		}
		stay[group] = stay[group] || !left[s.Name]
	}
	for _, x := range p.expanded {
		stay[x.Group.Name] = stay[x.Group.Name] || len(x.Services) > 0
	}
	var empty []string
	for _, g := range p.site.Groups {
		if !stay[g.Name] {
			empty = append(empty, g.Name)
		}
	}
	return empty
}

// drop drains what lost its last route and takes it off the edge.
func (p *planner) drop(gone []proxy.Service, empty []string) {
	if len(gone)+len(empty) == 0 {
		return
	}
	c := edge.DropConfig{Recipe: p.site.Recipe, Groups: empty}
	var servers []proxy.ServerID
	for _, s := range gone {
		c.Services = append(c.Services, s.Name)
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			for _, server := range s.Side(side).Servers {
				if server.State != proxy.Maint {
					servers = append(servers, proxy.ServerID{Recipe: p.site.Recipe, Service: s.Name, Side: side, Slot: server.Slot})
				}
			}
		}
	}
	cause := plan.Cause{Why: "no route leads to it any more"}
	needs := []plan.ID{switchover.Routed}
	if len(servers) > 0 {
		limit := switchover.Default().Drain
		p.step(plan.Step{ID: "edge/drop/drain", Op: edge.OpDrain, Title: "drain what has no route any more", Cause: cause, Needs: needs,
			Wait: "until the last connection ends", Idle: true, Within: limit, Limit: limit + edgeLimit, Irreversible: "no route leads to it",
			Config: plan.Raw(edge.DrainConfig{Recipe: p.site.Recipe, Servers: servers, Limit: state.Duration(limit)})})
		needs = []plan.ID{"edge/drop/drain"}
	}
	p.step(plan.Step{ID: "edge/drop", Op: edge.OpDrop, Title: "take what has no route off the edge", Cause: cause, Needs: needs,
		Provides: []plan.ID{switchover.Dropped}, Config: plan.Raw(c), Limit: edgeLimit, Irreversible: "nothing leads to it"})
}

// leaveEdge takes the recipe off the edge: it has no ports any more.
func (p *planner) leaveEdge() {
	p.step(plan.Step{ID: "edge/remove", Op: edge.OpRemove, Title: "leave the edge", Cause: plan.Cause{Why: "the recipe has no ports any more"},
		Provides: []plan.ID{switchover.Routed, switchover.Dropped}, Limit: edgeLimit, Irreversible: "the next apply joins it again",
		Config: plan.Raw(edge.RemoveConfig{Recipe: p.site.Recipe, Edge: p.kind.Edge})})
}
