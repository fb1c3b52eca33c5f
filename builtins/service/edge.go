package service

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/maintenance"
	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
)

// How long steps on the edge may take; the first one may have to pull its image.
const (
	ensureLimit = 15 * time.Minute
	edgeLimit   = time.Minute
)

// edgeAddr is the address under which steps on the edge appear.
var edgeAddr = addr.New("proxy", "edge")

// edge adds what the groups need of the edge: that it runs, that it is prepared for all of them at once,
// and, when they are ready, the routes as they are wanted.
func (p *planner) edge() {
	if len(p.wanted) == 0 && p.site.Empty() && (p.inForce || !p.facts.Edge.Exists) {
		return
	}
	if len(p.wanted) == 0 && len(p.unrouted()) == len(p.site.Services) {
		p.leaveEdge()
		return
	}
	p.ensure()
	certified := p.certify()
	prepare := p.prepareConfig()
	if len(prepare.Ports)+len(prepare.Groups)+len(prepare.Services) > 0 {
		needs := []plan.ID{plan.ReadyID(edgeAddr)}
		for _, x := range p.expanded {
			needs = append(needs, x.Settled...)
		}
		needs = append(needs, p.first...)
		early := len(needs) == 1
		for _, port := range prepare.Ports {
			needs = append(needs, certified[port.Listen]...)
		}
		p.step(plan.Step{ID: "edge/prepare", Op: edge.OpPrepare, Title: "prepare the edge and have HAProxy check it",
			Cause: p.whyPrepare(prepare), Needs: needs,
			Provides: []plan.ID{switchover.Prepared}, Config: plan.Raw(prepare), Early: early, Limit: edgeLimit,
			Irreversible: "what it adds gets no traffic, and a failed group takes its own off again"})
	}
	p.routes(certified)
	p.align()
	after := p.targetSite(prepare)
	p.claims(after)
	p.texts(after)
}

// certify has the edge given certificates that it does not have, and returns the step for each port that has one, by its
// number.
func (p *planner) certify() map[int][]plan.ID {
	ids := map[int][]plan.ID{}
	if p.in.Mode.Recalls() {
		return ids
	}
	site := p.site
	if !p.facts.Edge.Exists {
		site = proxy.Site{}
	}
	steps := port.Certify(p.in.Desired, site)
	for _, listen := range slices.Sorted(maps.Keys(steps)) {
		s := steps[listen]
		s.Needs, s.Early, s.Limit = []plan.ID{plan.ReadyID(edgeAddr)}, true, edgeLimit
		s.Cause, s.Irreversible = p.causeOf(s.Addr), "nothing is served with it before the routes are set"
		ids[listen] = []plan.ID{s.ID}
		p.step(s)
	}
	return ids
}

// causeOf is the cause of the change of a port.
func (p *planner) causeOf(a addr.Addr) plan.Cause {
	for _, c := range p.in.Done.Changes {
		if c.Addr == a {
			return c.Cause
		}
	}
	return p.cause("a certificate is new")
}

// whyPrepare says what the edge is prepared for. What changes no server is told by the argument that changed.
func (p *planner) whyPrepare(c edge.PrepareConfig) plan.Cause {
	switch {
	case len(c.Services)+len(c.Groups) == 0:
		return p.cause("a port is new")
	case len(c.Services)+len(c.Ports) == 0:
		return p.cause("what the switch looks for in requests changed")
	case len(c.Ports)+len(c.Groups) > 0 || !p.onlyChecks(c.Services):
		return p.cause("new servers need a place")
	}
	for _, change := range slices.Concat(p.out.Changes, p.quiet) {
		for _, f := range change.Fields {
			if checked(f) && len(p.served[change.Addr.String()]) > 0 {
				return f.Cause
			}
		}
	}
	return p.cause("what HAProxy checks of the servers changed")
}

// onlyChecks tells whether all servers stand, and HAProxy only checks them otherwise.
func (p *planner) onlyChecks(services []edge.PrepareService) bool {
	return !slices.ContainsFunc(services, func(s edge.PrepareService) bool {
		have := p.stand.services[s.Name]
		if have == nil {
			return true
		}
		s.Backend.Check = have.Side(s.Side).Check
		return !p.standsPrepared(s)
	})
}

// checked tells whether a field is one that HAProxy's own checks are made of.
func checked(f plan.Field) bool { return strings.HasPrefix(f.Path, "health.") }

// carrier is the service, not in the plan yet, whose arguments change what stands in the edge's files only.
func (p *planner) carrier() *plan.Change {
	for i := range p.quiet {
		if c := &p.quiet[i]; len(p.served[c.Addr.String()]) > 0 {
			return c
		}
	}
	return nil
}

func (p *planner) step(s plan.Step) {
	if s.Addr.IsZero() {
		s.Addr = edgeAddr
	}
	p.out.Steps = append(p.out.Steps, s)
}

// align brings the running proxy in line with its files, where an apply may have been broken off between the two.
// Every other step on the edge does so too.
func (p *planner) align() {
	edited := p.edited()
	p.out.Drift = append(p.out.Drift, edited...)
	if p.inForce && len(edited) == 0 || slices.ContainsFunc(p.out.Steps, func(s plan.Step) bool { return edge.Changes(s.Op) }) {
		return
	}
	why := "what is written for the edge is not what the last apply saw in force: an apply was broken off, or somebody edited it"
	if len(edited) > 0 {
		why = edited[0].Object + " was edited outside of recipe"
	}
	cause := p.cause(why)
	cause.Drift = len(edited) > 0
	p.out.Changes = append(p.out.Changes, plan.Change{Addr: edgeAddr, Action: plan.Update, Summary: "in line with its files", Cause: cause})
	p.step(plan.Step{ID: "edge/align", Op: edge.OpPrepare, Title: "bring the running proxy in line with its files", Cause: cause,
		Needs: []plan.ID{plan.ReadyID(edgeAddr)}, Config: plan.Raw(edge.PrepareConfig{Recipe: p.in.Desired.Recipe}), Limit: edgeLimit,
		Irreversible: "it changes nothing that is written"})
}

// cause is why a step on the edge is there, at the recipe's first port.
func (p *planner) cause(why string) plan.Cause {
	c := plan.Cause{Why: why}
	if r := p.firstPort(); r != nil {
		c.File, c.Line = r.Range.Filename, r.Range.Start.Line
	}
	return c
}

// ensure has the edge run.
func (p *planner) ensure() {
	if p.facts.Edge.Running {
		return
	}
	why := "ports need the shared proxy, and there is none on this engine yet"
	if p.facts.Edge.Exists {
		why = "ports need the shared proxy, and it does not run"
	}
	cause := p.cause(why)
	image := edge.Image(p.in.Desired, p.kind.EdgeImage)
	p.out.Changes = append(p.out.Changes, plan.Change{Addr: edgeAddr, Action: plan.Create, Summary: p.kind.Edge + " from " + image, Cause: cause})
	p.step(plan.Step{ID: "edge/ensure", Op: edge.OpEnsure, Title: "start the edge " + p.kind.Edge, Cause: cause,
		Provides: []plan.ID{plan.ReadyID(edgeAddr)}, Early: true, Limit: ensureLimit,
		Config:       plan.Raw(edge.EnsureConfig{Edge: p.kind.Edge, Image: image, Host: edge.HostNetwork(p.facts.Info)}),
		Irreversible: "an edge without sites listens to nothing, and goes with the last recipe that uses it"})
}

// prepareConfig is what the edge does not have yet of what the groups need.
func (p *planner) prepareConfig() edge.PrepareConfig {
	c := edge.PrepareConfig{Recipe: p.in.Desired.Recipe, Anew: !p.facts.Edge.Exists}
	named := map[string]bool{}
	for _, have := range p.site.Ports {
		named[have.Name] = true
	}
	for _, want := range p.wanted {
		if p.stand.ports[want.Listen] != nil {
			continue
		}
		if named[want.Name] {
			want.Name = fmt.Sprintf("%s-%d", want.Name, want.Listen) // until the one of that name closes
		}
		c.Ports = append(c.Ports, want)
	}
	for _, x := range p.expanded {
		if len(x.Services) == 0 {
			continue
		}
		if have := p.inUse(x.Group.Name); have == nil || !looksFor(have, x.Group) {
			c.Groups = append(c.Groups, x.Group)
		}
		for _, s := range x.Services {
			if !p.standsPrepared(s) {
				c.Services = append(c.Services, s)
			}
		}
	}
	return c
}

// looksFor tells whether a group that stands looks for what it is to look for in requests, and for nothing else.
func looksFor(have *proxy.Group, want proxy.Group) bool {
	return have.Sticky == want.Sticky && len(have.Match) == len(want.Match) && !slices.ContainsFunc(want.Match, func(m proxy.Match) bool { return !have.Knows(m) })
}

func (p *planner) standsPrepared(s edge.PrepareService) bool {
	have := p.stand.services[s.Name]
	if have == nil || have.Group != s.Group || have.Mode != s.Mode {
		return false
	}
	b := have.Side(s.Side)
	if len(s.Backend.Servers) == 0 {
		return true
	}
	if b.Release != s.Backend.Release || !sameCheck(b.Check, s.Backend.Check) {
		return false
	}
	return !slices.ContainsFunc(s.Backend.Servers, func(want proxy.Server) bool {
		have := b.Server(want.Slot)
		return have == nil || have.Address != want.Address
	})
}

// routes sets ports and routes as they are wanted, once whatever they lead to is ready.
func (p *planner) routes(certified map[int][]plan.ID) {
	changed := false
	numbers := portsByNumber(p.wanted)
	page := maintenance.Wanted(p.in, p.site.Maintenance)
	paged := !reflect.DeepEqual(page, p.site.Maintenance)
	for _, have := range p.site.Ports {
		want := numbers[have.Listen]
		changed = changed || want == nil || !reflect.DeepEqual(*want, have)
	}
	gone := p.unrouted()
	empty := p.emptied(gone)
	if !changed && !paged && len(gone)+len(empty) == 0 {
		return
	}
	needs := []plan.ID{plan.ReadyID(edgeAddr), switchover.Prepared}
	for _, r := range p.in.Resources {
		if len(p.served[r.Addr.String()]) > 0 {
			needs = append(needs, plan.ReadyID(r.Addr))
		}
	}
	for _, listen := range slices.Sorted(maps.Keys(certified)) {
		needs = append(needs, certified[listen]...)
	}
	title, why := "set the routes", "ports or routes changed"
	if paged && !changed && len(gone)+len(empty) == 0 {
		title, why = "have the maintenance page at hand", "the maintenance page changed"
	}
	p.step(plan.Step{ID: "edge/routes", Op: edge.OpRoutes, Title: title, Cause: p.cause(why),
		Needs: needs, Provides: []plan.ID{switchover.Routed}, Limit: edgeLimit, Irreversible: "the next apply sets them again",
		Config: plan.Raw(edge.RoutesConfig{Recipe: p.site.Recipe, Ports: p.wanted, Maintenance: page})})
	p.closes("edge/routes")
	p.drop(gone, empty)
}

// closes announces the doors that a step closes: whoever still knocks there finds nobody, whatever else opens.
func (p *planner) closes(step plan.ID) {
	numbers, named := portsByNumber(p.wanted), map[string]proxy.Port{}
	for _, want := range p.wanted {
		named[want.Name] = want
	}
	names := port.Known(p.in)
	for _, have := range p.site.Ports {
		want := numbers[have.Listen]
		i := plan.Interruption{Group: names.Addr(have.Name).String(), Closes: fmt.Sprintf("port %d", have.Listen), Step: step}
		switch moved, stays := named[have.Name]; {
		case want == nil && stays:
			i.Why = fmt.Sprintf("it listens on %d instead", moved.Listen)
		case want == nil:
			i.Why = p.in.Gone(names.Addr(have.Name)).Why
		case want.Address != "" && want.Address != have.Address:
			i.Closes += " of " + cmp.Or(have.Address, "all other addresses")
			i.Why = "it listens at " + want.Address + " alone"
		case want.TLS != nil && have.TLS == nil:
			i.Closes += " without TLS"
			i.Why = "it speaks TLS from then on"
		case want.TLS == nil && have.TLS != nil:
			i.Closes += " with TLS"
			i.Why = "it speaks TLS no more"
		default:
			continue
		}
		p.out.Interruptions = append(p.out.Interruptions, i)
	}
}

// texts shows the recipe's HAProxy file before and after.
func (p *planner) texts(after proxy.Site) {
	was, is := render(p.site), render(after)
	if was == is {
		return
	}
	text := plan.Text{Name: haproxy.SiteFile(p.site.Recipe), Before: was, After: is}
	for i := range p.out.Changes {
		if c := &p.out.Changes[i]; len(p.served[c.Addr.String()]) > 0 {
			c.Texts = append(c.Texts, text)
			return
		}
	}
	if c := p.carrier(); c != nil {
		c.Texts = append(c.Texts, text)
		p.out.Changes = append(p.out.Changes, *c)
		return
	}
	p.out.Changes = append(p.out.Changes, plan.Change{Addr: edgeAddr, Action: plan.Update, Summary: "the recipe's part of " + p.kind.Edge,
		Texts: []plan.Text{text}, Cause: plan.Cause{Why: "ports or routes changed"}})
}

func render(site proxy.Site) string {
	text, err := haproxy.Show(site)
	if err != nil {
		return "" // shown when the edge is prepared, with HAProxy's own words
	}
	return text
}

// targetSite is the site as the plan leaves it.
func (p *planner) targetSite(prepare edge.PrepareConfig) proxy.Site {
	site := p.site.Clone()
	edge.Prepare(&site, prepare)
	for _, x := range p.expanded {
		if x.Waits != nil {
			edge.Wait(&site, *x.Waits, x.Final, x.Services)
			continue
		}
		edge.Settle(&site, x.Group.Name, x.Final, x.Services, x.Standby)
	}
	edge.Route(&site, edge.RoutesConfig{Ports: p.wanted, Maintenance: maintenance.Wanted(p.in, p.site.Maintenance)})
	gone := p.unrouted()
	drop := edge.DropConfig{Groups: p.emptied(gone)}
	for _, s := range gone {
		drop.Services = append(drop.Services, s.Name)
	}
	edge.Drop(&site, drop)
	return site.Normal()
}
