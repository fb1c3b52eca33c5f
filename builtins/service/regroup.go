package service

import (
	"fmt"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Services that a switchover block brings together, or leaves to themselves, change their group on the edge. A
// group is one percentage, so a service may go from one to another only where both lead to the same side. Where
// they do not, the same containers first serve from the other side too, and the traffic moves there: nobody
// notices, and what follows is planned from there.

// inUse is a group of the site that some service is in.
func (p *planner) inUse(name string) *proxy.Group {
	if len(p.stand.members[name]) == 0 {
		return nil
	}
	return p.stand.groups[name]
}

// origins are the groups on the edge that a group's services stand in, its own first.
func (p *planner) origins(g *group) []*proxy.Group {
	var names []string
	for _, b := range g.members {
		for _, sp := range b.ports {
			if sp.Current != nil && !slices.Contains(names, sp.Current.Group) {
				names = append(names, sp.Current.Group)
			}
		}
	}
	own := func(name string) int {
		if name == p.nameOf(g) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(names, func(a, b string) int { return own(a) - own(b) })
	var origins []*proxy.Group
	for _, name := range names {
		if found := p.stand.groups[name]; found != nil {
			origins = append(origins, found)
		}
	}
	return origins
}

// regroup has all services of a group stand on one side, and plans on from there.
func (p *planner) regroup(g *group) {
	origins := p.origins(g)
	if len(origins) == 0 || len(origins) == 1 && origins[0].Name == p.nameOf(g) {
		return
	}
	live := origins[0].Live()
	for _, o := range origins {
		name := o.Name
		p.settle(name, o.Live())
		if o.Live() != live {
			p.turn(name, live)
		}
	}
}

// settle ends an unfinished switch of a group of the edge.
func (p *planner) settle(name string, live proxy.Side) {
	leftovers := p.serversOf(name, live.Other())
	if g := p.stand.groups[name]; len(leftovers) == 0 && g.Percent == full(live) && !g.Split() && g.Switch == nil {
		return
	}
	p.shiftAside(name, "settle", fmt.Sprintf("give all traffic of %s to one release", name), live, nil)
	p.drainAside(name, "settle", leftovers)
}

// turn has the servers of a group's live side serve from the other side.
func (p *planner) turn(name string, to proxy.Side) {
	c := edge.PrepareConfig{Recipe: p.in.Desired.Recipe}
	var ready []proxy.ServerID
	for i := range p.site.Services {
		s := &p.site.Services[i]
		if s.Group != name {
			continue
		}
		b := *s.Side(to.Other())
		b.Servers = nil
		for _, server := range s.Side(to.Other()).Servers {
			if server.State != proxy.Ready {
				continue
			}
			server.State = proxy.Maint
			b.Servers = append(b.Servers, server)
			ready = append(ready, proxy.ServerID{Recipe: p.site.Recipe, Service: s.Name, Side: to, Slot: server.Slot})
		}
		c.Services = append(c.Services, edge.PrepareService{Name: s.Name, Group: name, Mode: s.Mode, Side: to, Backend: b})
	}
	p.aside(plan.Step{ID: plan.ID("edge/turn/" + name), Op: edge.OpPrepare, Title: "prepare the other side of " + name + " for the same release", Config: plan.Raw(c)})
	edge.Prepare(&p.site, c)
	p.stand = newStanding(&p.site) // it has other servers now
	old := p.serversOf(name, to.Other())
	p.shiftAside(name, "turn", "serve the same release of "+name+" from the other side", to, ready)
	p.drainAside(name, "turn", old)
}

func (p *planner) shiftAside(name, what, title string, to proxy.Side, ready []proxy.ServerID) {
	c := edge.ShiftConfig{Recipe: p.site.Recipe, Group: name, Percent: full(to), Ready: ready}
	if len(p.serversOf(name, to.Other())) > 0 { // until they are drained
		c.Switch = &proxy.Switch{To: to.Other()}
	}
	p.aside(plan.Step{ID: plan.ID("edge/" + what + "/" + name + "/shift"), Op: edge.OpShift, Title: title, Config: plan.Raw(c)})
	edge.Shift(&p.site, c, time.Time{})
}

func (p *planner) drainAside(name, what string, servers []proxy.ServerID) {
	if len(servers) == 0 {
		return
	}
	limit := switchover.Default().Drain
	p.aside(plan.Step{ID: plan.ID("edge/" + what + "/" + name + "/drain"), Op: edge.OpDrain, Title: "drain the side that " + name + " left",
		Wait: "until the last connection ends", Idle: true, Within: limit,
		Config: plan.Raw(edge.DrainConfig{Recipe: p.site.Recipe, Servers: servers, Limit: state.Duration(limit), Ends: name})})
	edge.SetState(&p.site, servers, proxy.Maint)
	edge.Ended(&p.site, name)
}

// aside adds a step that comes before all switches, and after those added so before.
func (p *planner) aside(s plan.Step) {
	s.Needs = append([]plan.ID{plan.ReadyID(edgeAddr)}, p.first...)
	s.Limit, s.Cause = s.Within+edgeLimit, plan.Cause{Why: "services switch together that did not before"}
	s.Irreversible = "the same containers serve"
	p.first = []plan.ID{s.ID}
	p.step(s)
}

// serversOf are the servers of a group's services on a side that are not in maint.
func (p *planner) serversOf(group string, side proxy.Side) []proxy.ServerID {
	var servers []proxy.ServerID
	for _, s := range p.stand.members[group] {
		for _, server := range s.Side(side).Servers {
			if server.State != proxy.Maint {
				servers = append(servers, proxy.ServerID{Recipe: p.site.Recipe, Service: s.Name, Side: side, Slot: server.Slot})
			}
		}
	}
	return servers
}

func full(side proxy.Side) int {
	if side == proxy.B {
		return 100
	}
	return 0
}
