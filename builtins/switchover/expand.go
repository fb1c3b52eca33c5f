package switchover

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Prepared is the milestone that the edge holds all groups and backends that a plan's switches need.
const Prepared plan.ID = "proxy.edge@prepared"

// Routed is the milestone that no route leads to what is no longer wanted, Dropped that services which lost their
// last route have drained.
const (
	Routed  plan.ID = "proxy.edge@routed"
	Dropped plan.ID = "proxy.edge@dropped"
)

// How long steps may take that wait for nothing but the engine or the edge.
const (
	engineLimit = 2 * time.Minute
	edgeLimit   = time.Minute
	// stopSlack is what the engine gets beyond the stop timeout of a container.
	stopSlack = 30 * time.Second
)

// Expansion is a group's part of a plan: its steps, and what the edge must be prepared for.
type Expansion struct {
	kind.Result
	Group    proxy.Group
	Services []edge.PrepareService
	// Settled are the steps that clear the side to be prepared of what an unfinished switch left there.
	Settled []plan.ID
	// Final is the side that has all traffic in the end, Standby are the servers of the other one that stand by then.
	Final   proxy.Side
	Standby []proxy.ServerID
	// Waits is how the plan leaves the group where it pauses, nil where the switchover comes to its end.
	Waits *edge.ShiftConfig
}

// Expand turns a group into steps. It is pure, and the only place that knows the order of a switch.
func Expand(g Group) Expansion {
	x := &expander{g: g}
	x.ID = func(parts ...string) plan.ID { return id(append([]string{g.Name}, parts...)...) }
	x.settle()
	x.stopFirst()
	for i := range g.Members {
		x.boot(&g.Members[i])
	}
	x.firstGates()
	x.prepare()
	x.shift()
	x.retire()
	x.wayBack()
	x.pausing()
	return x.out
}

type expander struct {
	g   Group
	out Expansion
	ID  func(parts ...string) plan.ID

	settled []plan.ID        // what clears the side that the new release takes
	stopped []plan.ID        // what stops the old release before the new one, where both must not run
	probed  []plan.ID        // what shows each new instance to be fit
	ended   []proxy.ServerID // what stood by and ends
	moved   plan.ID          // the step after which the new release has all traffic
	first   []Instance       // what had to stop before the new release starts
	held    bool             // requests wait from before that on, until the new release is ready
	closed  bool             // the doors of what is wanted nowhere are

	ends      bool // what drains now ends the switchover
	committed bool // a step is there after which nothing is taken back
}

func (x *expander) add(steps ...plan.Step) {
	for i := range steps {
		if steps[i].Addr.IsZero() {
			steps[i].Addr = x.g.Addr
		}
		if steps[i].Cause.Why == "" {
			steps[i].Cause = x.g.Cause
		}
		steps[i].Group = x.g.Name
	}
	x.out.Steps = append(x.out.Steps, steps...)
}

// settle clears the side that the new release takes of what an unfinished switch to another release left
// there: traffic goes back to the live side, and the leftovers drain.
func (x *expander) settle() {
	if !x.g.Moves() {
		return
	}
	leftovers, effects := x.leftovers()
	if len(leftovers) == 0 {
		return
	}
	if x.g.Ends {
		x.endStandby(leftovers, effects)
		return
	}
	back := x.g.percent(0)
	x.add(plan.Step{ID: x.ID("settle"), Op: edge.OpShift, Title: "give all traffic back to the serving release", Needs: append(x.creates(), x.g.First...),
		Config:  plan.Raw(edge.ShiftConfig{Recipe: x.g.Recipe.Name, Group: x.g.Name, Percent: back, Switch: &proxy.Switch{To: x.g.Side}}),
		Effects: append(x.unserved(), x.weight(back, nil)...), Limit: edgeLimit, Irreversible: "an unfinished switch is given up"},
		plan.Step{ID: x.ID("settle", "drain"), Op: edge.OpDrain, Title: "drain what an unfinished switch left",
			Needs:   []plan.ID{x.ID("settle")},
			Config:  plan.Raw(edge.DrainConfig{Recipe: x.g.Recipe.Name, Servers: leftovers, Limit: state.Duration(x.g.Settings.Drain)}),
			Effects: effects, Limit: x.g.Settings.Drain + edgeLimit, Irreversible: "an unfinished switch is given up"})
	x.settled = []plan.ID{x.ID("settle", "drain")}
	x.out.Settled = x.settled
}

// leftovers are the servers on the wanted side of what is not wanted, with what draining them means. Of a release that is
// wanted and fell while it had the traffic those are left over, too: nothing it starts gets traffic by itself.
func (x *expander) leftovers() ([]proxy.ServerID, []plan.Effect) {
	servers := x.abandoned(x.g.Side)
	var effects []plan.Effect
	for i := range x.g.Members {
		m := &x.g.Members[i]
		all := m.Old
		if x.g.Fallen {
			all = slices.Concat(m.Old, m.New)
		}
		servers, effects = x.places(m, all, servers, effects)
	}
	for i := range x.g.Members { // what stays stood by with the others
		if m := &x.g.Members[i]; x.g.Ends && !m.Changed && len(servers) > 0 {
			servers, effects = x.places(m, m.New, servers, effects)
		}
	}
	return servers, effects
}

// places adds the places of instances on the wanted side, and what draining them means.
func (x *expander) places(m *Member, all []Instance, servers []proxy.ServerID, effects []plan.Effect) ([]proxy.ServerID, []plan.Effect) {
	for _, i := range all {
		for _, s := range onSide(i.Servers, x.g.Side) {
			servers = append(servers, s)
			effects = append(effects, x.effect(plan.Drained, m, x.g.Place(m, i, s.Side), s.Side))
		}
	}
	return servers, effects
}

// unserved gives the effects that keep doors closed behind which nobody serves on the live side: their requests find
// no server before the traffic goes back, and none after.
func (x *expander) unserved() []plan.Effect {
	var effects []plan.Effect
	for _, m := range x.g.Members {
		ready := func(s proxy.Server) bool { return s.State == proxy.Ready }
		serves := slices.ContainsFunc(m.Ports, func(p Port) bool {
			return p.Current != nil && slices.ContainsFunc(p.Current.Side(x.g.Side.Other()).Servers, ready)
		})
		if len(m.Ports) > 0 && !serves {
			effects = append(effects, plan.Effect{Kind: plan.Remove, Group: x.g.Name, Service: m.Addr.String(), Object: m.Addr.String()})
		}
	}
	return effects
}

// creates are the steps that create the wanted release's containers: whatever can fail unnoticed comes before
// what others notice.
func (x *expander) creates() []plan.ID {
	var ids []plan.ID
	for _, m := range x.g.Members {
		for _, n := range m.New {
			if n.Create != nil {
				ids = append(ids, id(m.Addr.String(), "create", n.Name))
			}
		}
	}
	return ids
}

// stopFirst ends the old release before the new one starts, where two must not run at once.
func (x *expander) stopFirst() {
	var first []*Member
	needs := append([]plan.ID{Prepared}, x.settled...)
	needs = append(needs, x.g.After...)
	needs = append(needs, x.creates()...)
	for i := range x.g.Members {
		m := &x.g.Members[i]
		starts := m.Changed || slices.ContainsFunc(m.New, func(n Instance) bool { return !n.Running })
		if m.StopFirst != "" && starts && len(m.Old) > 0 {
			first = append(first, m)
			needs = append(needs, m.StartNeeds...)
		}
	}
	needs = x.hold(first, needs)
	var old []Instance
	for _, m := range first {
		old = append(old, m.Old...)
	}
	if len(old) > 0 {
		needs = append(needs, x.drain(first[0].Addr.String()+"/drain", old, nil, needs)...)
	}
	for _, m := range first {
		for _, old := range m.Old {
			step := x.stopStep(m, old, needs)
			step.Undo = x.undoStop(old)
			x.add(step)
			x.stopped = append(x.stopped, step.ID)
		}
		x.first = append(x.first, m.Old...)
		m.first, m.Old = m.Old, nil
		x.interrupt(m)
	}
}

// boot creates, starts and probes what is missing of the wanted release.
func (x *expander) boot(m *Member) {
	for _, n := range m.New {
		needs := append([]plan.ID(nil), m.StartNeeds...)
		needs = append(needs, x.g.After...)
		needs = append(needs, x.stopped...)
		undo := []plan.ID{x.undoID("remove", n.Name)}
		if n.Create != nil {
			step := plan.Step{ID: id(m.Addr.String(), "create", n.Name), Addr: m.Addr, Op: container.OpCreate,
				Title: "create " + n.Name, Cause: m.Cause, Needs: m.CreateNeeds, Config: plan.Raw(n.Create),
				Undo: undo, Early: true, Limit: engineLimit}
			x.add(step)
			needs = append(needs, step.ID)
		}
		if !n.Running {
			step := plan.Step{ID: id(m.Addr.String(), "start", n.Name), Addr: m.Addr, Op: container.OpStart,
				Title: "start " + n.Name, Cause: m.Cause, Needs: needs, Config: plan.Raw(n.Start), Undo: undo,
				Effects: []plan.Effect{x.start(m, n)}, Runs: []plan.Use{{Name: n.Name, Memory: n.Memory}}, Limit: engineLimit}
			x.add(step)
			needs = []plan.ID{step.ID}
		}
		if n.Running && x.serving(n) && !n.Stands && !x.g.Promoted {
			continue
		}
		step := plan.Step{ID: id(m.Addr.String(), "probe", n.Name), Addr: m.Addr, Op: container.OpProbe,
			Title: "wait for " + n.Name, Wait: waitFor(n.Probe), Idle: true, Within: n.Probe.Within.Std(), Cause: m.Cause, Needs: needs, Config: plan.Raw(n.Probe),
			Effects: []plan.Effect{x.effect(plan.Passed, m, n.Name, x.g.Side)}, Limit: n.Probe.Within.Std() + stopSlack}
		x.add(step)
		x.probed = append(x.probed, step.ID)
	}
}

// effect is what happens to an instance of a member, on a side of the edge where the member has any.
func (x *expander) effect(k plan.EffectKind, m *Member, instance string, side proxy.Side) plan.Effect {
	e := plan.Effect{Kind: k, Instance: instance}
	if len(m.Ports) > 0 {
		e.Group, e.Service, e.Side = x.g.Name, m.Addr.String(), string(side)
	}
	return e
}

func (x *expander) start(m *Member, n Instance) plan.Effect {
	e := x.effect(plan.Start, m, n.Name, x.g.Side)
	e.Writes = m.Writes
	return e
}

// serving tells whether an instance has its place on the wanted side already.
func (x *expander) serving(n Instance) bool {
	for _, s := range n.Servers {
		if s.Side == x.g.Side {
			return true
		}
	}
	return false
}

func waitFor(p container.ProbeConfig) string {
	switch {
	case p.HTTP:
		path := p.Path
		if path == "" {
			path = "/"
		}
		return fmt.Sprintf("until GET %s on port %d passes", path, p.Port)
	case p.TCP:
		return fmt.Sprintf("until port %d accepts connections", p.Port)
	case p.Exec:
		return "until its check passes"
	}
	return "until it has run for a moment"
}

// prepare says what the edge needs before traffic can move.
func (x *expander) prepare() {
	x.out.Final, x.out.Standby = x.g.Side, x.standsBy()
	x.out.Group = proxy.Group{Name: x.g.Name, Percent: x.g.Percent, Match: x.g.Settings.matches(), Sticky: x.g.Settings.Sticky}
	if x.g.Fresh && !x.g.stands() { // what stands on the edge keeps its percentage until traffic moves
		x.out.Group.Percent = x.g.percent(100)
	}
	for _, m := range x.g.Members {
		for _, p := range m.Ports {
			b := proxy.Backend{Release: m.Release, Check: p.Check}
			for _, n := range m.New {
				b.Servers = append(b.Servers, server(n, p))
			}
			x.out.Services = append(x.out.Services, edge.PrepareService{Name: p.Name, Group: x.g.Name, Mode: p.Mode,
				Side: x.g.Side, Backend: b})
		}
	}
}

// drain adds a step that drains instances of the edge, and servers besides that have none; it returns the step's
// ID, or nothing when there is nothing to drain.
func (x *expander) drain(name string, instances []Instance, servers []proxy.ServerID, needs []plan.ID) []plan.ID {
	var names []string
	var effects []plan.Effect
	for _, o := range instances {
		for _, s := range o.Servers {
			servers = append(servers, s)
			effects = append(effects, x.effect(plan.Drained, x.memberOf(s.Service), o.Name, s.Side))
		}
		if len(o.Servers) > 0 {
			names = append(names, o.Name)
		}
	}
	if len(servers) == 0 {
		return nil
	}
	if len(names) == 0 {
		names = []string{"servers without a container"}
	}
	ends := ""
	if x.ends {
		ends = x.g.Name
	}
	limit := x.drainLimit()
	step := plan.Step{ID: id(name), Op: edge.OpDrain, Title: "drain " + strings.Join(names, ", "),
		Wait: "until the last connection ends", Idle: true, Within: limit, Needs: needs,
		Config: plan.Raw(edge.DrainConfig{Recipe: x.g.Recipe.Name, Servers: servers, Limit: state.Duration(limit), Ends: ends,
			Behind: x.behind()}),
		Effects: append(x.close(), effects...), Limit: limit + edgeLimit, Irreversible: "the new release has the traffic"}
	if x.held && x.moved == "" {
		step.Undo, step.Irreversible = []plan.ID{x.undoID("serve")}, ""
	}
	x.add(step)
	return []plan.ID{step.ID}
}

// memberOf finds the member that a service on the edge belongs to.
func (x *expander) memberOf(service string) *Member {
	for i := range x.g.Members {
		for _, p := range x.g.Members[i].Ports {
			if p.Name == service {
				return &x.g.Members[i]
			}
		}
	}
	return &Member{}
}

func (x *expander) stopStep(m *Member, o Instance, needs []plan.ID) plan.Step {
	if o.Unrouted {
		needs = append([]plan.ID{Routed, Dropped}, needs...)
	}
	provides := []plan.ID{plan.GoneID(m.Addr)}
	if x.g.Settings.Contracts {
		provides = append(provides, goneID(x.g.Addr))
	}
	return plan.Step{ID: id(m.Addr.String(), "stop", o.Name), Addr: m.Addr, Op: container.OpStop,
		Title: "stop " + o.Name, Cause: m.Cause, Needs: needs, Config: plan.Raw(o.Stop),
		Provides: provides,
		Effects:  []plan.Effect{x.effect(plan.Stop, m, o.Name, "")},
		Limit:    o.Stop.Timeout.Std() + stopSlack, Irreversible: "it is kept for a rollback"}
}
