package service

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/job"
	"github.com/deployrecipe/recipe/builtins/network"
	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// member says what a service's part in its group's switch is, and whether there is anything to do for it.
func (p *planner) member(b *base, g switchover.Group) (m switchover.Member, act bool) {
	why, exclusive := b.spec.Exclusive()
	decision := Decide(Facts{Release: b.changed(), Count: b.count() != b.spec.Replicas(), InPlace: b.differsInPlace() || p.differsByNetworks(b),
		BehindPort: len(b.ports) > 0, Exclusive: exclusive})
	m = switchover.Member{Addr: b.r.Addr, Release: b.release, Changed: decision.NewRelease(), Ports: b.ports,
		CreateNeeds: b.createNeeds(), StartNeeds: b.startNeeds(), Writes: b.writes(), Exposed: b.exposed()}
	if exclusive {
		m.StopFirst = why
	}
	wanted := b.spec.Replicas()
	for i := 1; i <= wanted; i++ {
		n, err := p.instance(b, g, i)
		if err != nil {
			p.diags = append(p.diags, diag.FromError(diag.InvalidValue, err, &b.r.Range))
			return m, false
		}
		n.Stands = b.returns && n.Running && slices.ContainsFunc(n.Servers, func(s proxy.ServerID) bool { return s.Side == g.Side })
		m.New = append(m.New, n)
		act = act || !n.Running || m.Changed
	}
	served := b.servedBy(g)
	kept := b.stock.kept(b.release, served, g.Settings.Retain)
	for _, piece := range b.stock.all {
		i := p.standing(b, piece, g.Name)
		switch {
		case piece.Release == b.release && piece.index <= wanted:
			continue
		case piece.Release == b.release && piece.running():
			m.Surplus = append(m.Surplus, i)
		case g.Standby && b.standsIn(g, piece, i):
			m.Standing = append(m.Standing, i)
			continue
		case piece.running():
			m.Old = append(m.Old, i)
			if !kept[piece.Release] {
				i.Leaves = leaves(piece, slices.Contains(served, piece.Release))
				m.Prune = append(m.Prune, i)
			}
			if b.ends != "" && onSide(i.Servers, g.Side.Other()) {
				continue // it is no longer kept, which is no change that anybody asked for
			}
		case piece.Release == b.release:
			m.Prune = append(m.Prune, i)
		case !kept[piece.Release], piece.State == engine.Created:
			i.Leaves = leaves(piece, true)
			m.Prune = append(m.Prune, i)
		default:
			continue
		}
		act = true
	}
	m.Cause = p.describe(b, m, g.Settings.Waits())
	return m, act
}

// leaves is why a container of another release is kept no longer. One that runs and never served, or never ran, is what
// an apply left that did not come to its end.
func leaves(p piece, served bool) string {
	if p.State == engine.Created || !served {
		return "it never had the traffic to itself: an apply did not come to its end"
	}
	return "more releases are kept than retain says"
}

// count is how many containers of the wanted release run.
func (b *base) count() int {
	n := 0
	for _, piece := range b.stock.of(b.release) {
		if piece.running() {
			n++
		}
	}
	return n
}

// servedBy are the releases that have or had the traffic: the serving one and, where a switch ended before it
// stopped the one before, that one.
func (b *base) servedBy(g switchover.Group) []string {
	served := []string{b.serving}
	if !g.Split && (g.Before == nil || g.Before.Switch == nil) {
		served = append(served, b.onSide(proxy.A), b.onSide(proxy.B))
	}
	return served
}

// writes are the exclusive volumes that a service's containers hold.
func (b *base) writes() []string {
	var names []string
	for _, mount := range b.spec.Mount {
		if held := heldBy(mount); held != "" {
			names = append(names, held)
		}
	}
	slices.Sort(names)
	return names
}

// instance is the i-th container of the wanted release, standing or still to be made.
func (p *planner) instance(b *base, g switchover.Group, i int) (switchover.Instance, error) {
	var address netip.Addr
	for _, piece := range b.stock.of(b.release) {
		if piece.index != i {
			continue
		}
		// One that never started may lack its files and networks, so it is made anew; under its own address, since
		// the engine may still start it for the apply that was killed.
		if piece.State == engine.Created {
			address = piece.address(b.nets[0].Name)
			continue
		}
		n := p.standing(b, piece, g.Name)
		n.Slot = i
		n.Start.Restart = b.spec.Restart
		if !p.in.Mode.Recalls() { // its label tells the limits that it began with, not those it had
			n.Start.Limits = b.spec.InPlace().Limits
			n.Memory = n.Start.Limits.Memory
		}
		n.Probe = b.probe(n.Name)
		return n, nil
	}
	recipe := p.in.Desired.Recipe
	place := container.Place{Recipe: recipe, Addr: b.r.Addr, Release: b.release, Generation: b.stock.generation(b.release), Renewed: b.renewed, Index: i,
		Image: b.image.Ref, Alias: len(b.ports) == 0, Volumes: map[string]string{},
		Jobs: job.After(p.kind.Image, p.in, append(b.startNeeds(), g.After...))}
	for _, n := range b.nets {
		place.Networks = append(place.Networks, n.Name)
	}
	place.Hosts = port.Hosts(p.internal, b.nets)
	place.Address = address
	if !network.IsFixed(b.nets[0].Subnet, address) {
		place.Address = p.address(b.nets[0]) // also of a worker, to which a port may lead one day
	}
	if len(b.ports) > 0 && !place.Address.IsValid() {
		return switchover.Instance{}, fmt.Errorf("%s has no address left for %s: containers that are kept have theirs, too. Lower count or the switchover's retain, or put services on a network of their own",
			b.nets[0].Addr, b.r.Addr)
	}
	for _, a := range b.volumes {
		place.Volumes[a.String()] = p.in.Desired.Standing(p.in.Observed, "volume", a)
	}
	create, err := container.Create(b.spec, b.r.Spec, place)
	if err != nil {
		return switchover.Instance{}, err
	}
	name := create.Spec.Name
	n := switchover.Instance{Name: name, Release: b.release, Slot: i, Create: &create, Memory: create.Spec.Limits.Memory,
		Start: container.StartConfig{Name: name}, Probe: b.probe(name), Stop: stopOf(name, b.spec)}
	if place.Address.IsValid() {
		n.Address = place.Address.String()
	}
	return n, nil
}

// standing is a container that exists, with its places on the edge.
func (p *planner) standing(b *base, piece piece, group string) switchover.Instance {
	spec := b.spec
	if made, err := container.Parse(piece.Object.Spec); err == nil && piece.Object.Spec != nil {
		spec = made
	}
	name := piece.name()
	n := switchover.Instance{Name: name, Release: piece.Release, Exists: true, Running: piece.running(), Slot: piece.index, Memory: spec.InPlace().Limits.Memory,
		Start: container.StartConfig{Name: name, Restart: spec.Restart}, Stop: stopOf(name, spec)}
	var at netip.Addr
	if len(b.nets) > 0 {
		at = piece.address(b.nets[0].Name)
	}
	if !at.IsValid() {
		return n
	}
	n.Address = at.String()
	n.Probe = b.probeOf(name, spec)
	for _, place := range p.servers(b.r.Addr, at) {
		if slices.ContainsFunc(b.ports, func(sp switchover.Port) bool { return sp.Name == place.Service }) {
			n.Servers = append(n.Servers, place)
		} else {
			n.Unrouted = true
		}
	}
	return n
}

// servers are those of a service's places on the edge that have an address and are not in maint.
func (p *planner) servers(a addr.Addr, at netip.Addr) []proxy.ServerID {
	var places []proxy.ServerID
	for _, id := range p.stand.places[at] {
		if p.belongs(id.Service, a) && p.stand.state(id) != proxy.Maint {
			places = append(places, id)
		}
	}
	return places
}

// onEdge is what a service is called on the edge: by its first address, so that nothing changes there when it moves.
func (p *planner) onEdge(a addr.Addr) string { return p.in.Desired.Recipe.Moved.Named(a).Short() }

// belongs tells whether a service of the edge is one of a's named ports.
func (p *planner) belongs(name string, a addr.Addr) bool {
	prefix := p.onEdge(a) + "."
	return len(name) > len(prefix) && name[:len(prefix)] == prefix
}

func stopOf(name string, spec *container.Spec) container.StopConfig {
	c := container.StopConfig{Name: name, Timeout: state.Duration(defaultStop)}
	if spec.Stop != nil {
		c.Signal, c.Timeout = spec.Stop.Signal, spec.Stop.Timeout
	}
	return c
}

// describe adds the service's line to the plan, with the fields that differ, and gives the cause for steps.
func (p *planner) describe(b *base, m switchover.Member, waits bool) plan.Cause {
	cause := plan.From(b.r.Addr.String()+" is new", state.Source{Range: b.r.Range, Chain: b.r.Origin.Chain})
	change := plan.Change{Addr: b.r.Addr, Action: plan.Create, After: b.r.Spec, Release: b.release}
	drift := p.drift(b)
	p.out.Drift = append(p.out.Drift, drift...)
	was := b.stock.of(b.serving)
	if b.serving != "" && len(was) > 0 {
		change.Fields = p.fields(b, was[0])
		change.Before = p.applied(b, was[0])
		change.Action = plan.Update
		if m.Changed {
			change.Action = plan.Replace
		}
		forcing := slices.DeleteFunc(slices.Clone(change.Fields), func(f plan.Field) bool { return !f.Forces })
		if len(forcing) > 0 {
			cause = plan.CauseOfAll(forcing)
		} else if len(change.Fields) > 0 {
			cause = plan.CauseOfAll(change.Fields)
		} else if len(drift) > 0 {
			cause = blame(b, drift)
		} else {
			cause = plan.At(p.unsettled(b, m), b.r.Range)
		}
		if why, ok := p.undone(b, change.Fields); ok {
			cause = plan.At(why, b.r.Range)
		}
		if b.asked && m.Changed {
			cause = plan.At("another release was asked for with --replace", b.r.Range)
		}
		switch p.in.Mode {
		case kind.Rollback:
			cause = plan.Cause{Why: "back to release " + b.release + ", which ran before"}
		case kind.Revert:
			cause = plan.Cause{Why: "back to release " + b.release + ", which served before the switchover"}
		case kind.Promote, kind.Repeat:
			cause = plan.Cause{Why: "release " + b.release + " was promoted"}
		}
	} else if len(drift) > 0 {
		cause = blame(b, drift)
	}
	change.Fields = append(change.Fields, driftFields(drift)...)
	names := append(p.inPlace(b, cause), p.rejoin(b, cause)...) // also of what runs and does not serve yet
	slices.Sort(names)
	updated := len(slices.Compact(names))
	change.Cause = cause
	change.Summary = summary(b, m, updated, m.Changed && waits)
	if updated > 0 || worthALine(m) {
		p.out.Changes = append(p.out.Changes, change)
	} else if slices.ContainsFunc(change.Fields, checked) {
		p.quiet = append(p.quiet, change)
	}
	return cause
}

// unsettled says what there is to do for a service whose arguments are as they were applied.
func (p *planner) unsettled(b *base, m switchover.Member) string {
	switch {
	case b.ends != "" && len(m.Old) > 0:
		return b.ends
	case len(m.Old) > 0:
		return "release " + m.Old[0].Release + " runs beside " + b.release + ": an apply did not come to its end"
	case len(m.Prune) > 0 && m.Prune[0].Leaves != "":
		return m.Prune[0].Leaves
	case p.differsByNetworks(b):
		return "a container is not on the networks that it was made for"
	}
	return b.r.Addr.String() + " is not as it should be"
}

// worthALine tells whether a member changes in a way that its fields do not show.
func worthALine(m switchover.Member) bool {
	if m.Changed || len(m.Surplus)+len(m.Old)+len(m.Prune) > 0 {
		return true
	}
	return slices.ContainsFunc(m.New, func(n switchover.Instance) bool { return !n.Running })
}

// settledSince finds the fields that only a container's label still has otherwise: what changes without a new
// release, a count or a limit, was applied since the container was made, and labels never change.
func (p *planner) settledSince(b *base, applied json.RawMessage) func(plan.Field) bool {
	open := map[string]bool{}
	for _, f := range plan.Fields(applied, b.r.Spec, nil) {
		open[f.Path] = true
	}
	return func(f plan.Field) bool { return !open[f.Path] && !forces(b.spec, f.Path) }
}

// applied are the arguments with which the serving release was applied last. Its containers' labels tell them but for
// those that changed since without a new release: these the record tells, if what it holds is of that release.
func (p *planner) applied(b *base, was piece) json.RawMessage {
	recorded, ok := p.in.Recorded.Resources[b.r.Addr.String()]
	other := func(f plan.Field) bool { return forces(b.spec, f.Path) }
	if !ok || slices.ContainsFunc(plan.Fields(was.Object.Spec, recorded, nil), other) {
		return was.Object.Spec
	}
	return recorded
}

// fields compares the service with a container of the release that serves.
func (p *planner) fields(b *base, was piece) []plan.Field {
	fields := plan.Fields(p.applied(b, was), b.r.Spec, b.r.Sources)
	if applied, ok := p.in.Recorded.Resources[b.r.Addr.String()]; ok {
		fields = slices.DeleteFunc(fields, p.settledSince(b, applied))
	}
	for i := range fields {
		fields[i].Forces = b.serving != b.release && forces(b.spec, fields[i].Path)
	}
	if was.Container.Image != b.image.Ref && !slices.ContainsFunc(fields, func(f plan.Field) bool { return f.Path == "image" }) {
		cause := plan.CauseOf("image", b.r.Sources)
		cause.Why = "the image's content changed"
		fields = append(fields, plan.Field{Path: "image", Before: plan.Raw(was.Container.Image), After: plan.Raw(b.image.Ref), Forces: true, Cause: cause})
	}
	return fields
}

// exposed are the named ports of a service's containers.
func (b *base) exposed() map[string]int {
	ports := map[string]int{}
	for name, e := range b.spec.Expose {
		ports[name] = e.Port
	}
	return ports
}
