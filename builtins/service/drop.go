package service

import (
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// unrouted are the services on the edge that no route will lead to. One that the plan is not about stays: it is in the
// way of nobody, and what it switches with tells later plans that they are not about it either.
func (p *planner) unrouted() []proxy.Service {
	wanted := map[string]bool{}
	for _, port := range p.wanted {
		for _, r := range port.Routes {
			wanted[r.Service] = true
		}
	}
	names := newJoiner(p.in)
	var gone []proxy.Service
	for _, s := range p.site.Services {
		if a, _, known := names.split(s.Name); !wanted[s.Name] && (!known || p.in.Has(a)) {
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
	for _, s := range gone {
		c.Services = append(c.Services, s.Name)
	}
	cause := plan.Cause{Why: "no route leads to it any more"}
	needs := []plan.ID{switchover.Routed}
	if servers := active(p.site.Recipe, gone); len(servers) > 0 {
		p.step(drained("edge/drop/drain", "drain what has no route any more", cause, needs, p.site.Recipe, servers))
		needs = []plan.ID{"edge/drop/drain"}
	}
	p.step(plan.Step{ID: "edge/drop", Op: edge.OpDrop, Title: "take what has no route off the edge", Cause: cause, Needs: needs,
		Provides: []plan.ID{switchover.Dropped}, Config: plan.Raw(c), Limit: edgeLimit, Irreversible: "nothing leads to it"})
}

// active are the places of services that may carry requests.
func active(recipe string, services []proxy.Service) []proxy.ServerID {
	var servers []proxy.ServerID
	for _, s := range services {
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			for _, server := range s.Side(side).Servers {
				if server.State != proxy.Maint {
					servers = append(servers, proxy.ServerID{Recipe: recipe, Service: s.Name, Side: side, Slot: server.Slot})
				}
			}
		}
	}
	return servers
}

// drained is a step that waits for what is open on servers that get nothing new.
func drained(id plan.ID, title string, cause plan.Cause, needs []plan.ID, recipe string, servers []proxy.ServerID) plan.Step {
	limit := switchover.Default().Drain
	return plan.Step{ID: id, Addr: edgeAddr, Op: edge.OpDrain, Title: title, Cause: cause, Needs: needs,
		Wait: "until the last connection ends", Idle: true, Within: limit, Limit: limit + edgeLimit, Irreversible: "no route leads to it",
		Config: plan.Raw(edge.DrainConfig{Recipe: recipe, Servers: servers, Limit: state.Duration(limit)})}
}

// leaving are the steps by which a recipe leaves the edge: its doors close, what came through them may end, and then
// its part is taken off. Where no HAProxy runs there is nothing to close, and
// an apply that was broken off may have closed the doors.
func leaving(site *proxy.Site, known *world.Known, title string, cause plan.Cause, irreversible, edgeName string) []plan.Step {
	last := plan.Step{ID: "edge/remove", Addr: edgeAddr, Op: edge.OpRemove, Title: title, Cause: cause,
		Provides: []plan.ID{switchover.Routed, switchover.Dropped}, Limit: edgeLimit, Irreversible: irreversible,
		Config: plan.Raw(edge.RemoveConfig{Recipe: site.Recipe, Edge: edgeName})}
	if !known.Edge.Running {
		return []plan.Step{last}
	}
	var steps []plan.Step
	if len(site.Ports) > 0 {
		steps = append(steps, plan.Step{ID: "edge/close", Addr: edgeAddr, Op: edge.OpRoutes, Title: "close its ports", Cause: cause,
			Limit: edgeLimit, Irreversible: irreversible, Config: plan.Raw(edge.RoutesConfig{Recipe: site.Recipe})})
	}
	if servers := active(site.Recipe, site.Services); len(servers) > 0 {
		var needs []plan.ID
		if len(steps) > 0 {
			needs = []plan.ID{steps[0].ID}
		}
		steps = append(steps, drained("edge/drain", "drain what came through them", cause, needs, site.Recipe, servers))
	}
	if len(steps) > 0 {
		last.Needs = []plan.ID{steps[len(steps)-1].ID}
	}
	return append(steps, last)
}

// leaveEdge takes the recipe off the edge: it has no ports any more.
func (p *planner) leaveEdge() {
	steps := leaving(&p.site, p.facts, "leave the edge", plan.Cause{Why: "the recipe has no ports any more"},
		"the next apply joins it again", p.kind.Edge)
	for _, s := range steps {
		p.step(s)
	}
	p.closes(steps[0].ID)
}
