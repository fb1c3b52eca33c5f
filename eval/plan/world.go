package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// The values of lines.
const (
	stopped, running, passed = 0, 1, 2 // of an instance
	unready, ready           = 0, 1    // of a server
	flowing, held            = 0, 1    // of a group's requests
	closed, removed          = -1, -2  // of a door; else the percentage that goes to side b
)

// thing names a line: an instance has an Instance alone, a server a Group too, a door Group and Service,
// and Held says that it is about a group's requests being held.
type thing struct {
	Group, Service, Instance string
	Held                     bool
}

func compareThings(a, b thing) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Instance, b.Instance))
}

// server is where an instance stands in a group.
type server struct{ service, side string }

// world is what a plan's effects are about.
type world struct {
	plan    *Plan
	graph   *Graph
	m       *moments
	lines   map[thing]*line
	servers map[thing]server    // by Group and Instance
	doors   map[string][]thing  // by group
	writes  map[string][]string // by instance: its exclusive volumes
	initial map[string]bool     // instances that ran before the plan
	groups  map[string][]string // by instance: the groups it has a server in
	ways    map[string]*way     // by group of steps
	exempt  map[string]bool     // groups with a declared interruption in which requests fail
	waits   map[string]bool     // groups with one in which they wait
	behind  map[string][]thing  // by group: its servers
	first   map[thing]Instance  // by server: the instance as Traffic has it
	before  map[string]Traffic  // by group
}

func newWorld(p *Plan, g *Graph) *world {
	w := &world{
		plan: p, graph: g, m: unfold(g), lines: map[thing]*line{}, servers: map[thing]server{},
		doors: map[string][]thing{}, writes: map[string][]string{}, initial: map[string]bool{},
		groups: map[string][]string{}, ways: map[string]*way{}, exempt: map[string]bool{}, waits: map[string]bool{},
		behind: map[string][]thing{}, first: map[thing]Instance{}, before: map[string]Traffic{},
	}
	for _, i := range p.Interruptions {
		switch {
		case i.Held:
			w.waits[i.Group] = true
		case i.Closes != "": // those who stay are served
		case !i.Down: // which excuses no port of the group
			w.exempt[i.Group] = true
		}
	}
	return w
}

// effects calls f for every effect of the plan, forward and back.
func effects(p *Plan, f func(s *Step, e *Effect)) {
	for _, steps := range [][]Step{p.Steps, p.Undo} {
		for i := range steps {
			for j := range steps[i].Effects {
				f(&steps[i], &steps[i].Effects[j])
			}
		}
	}
}

// populate finds instances, servers and doors, and tells of servers that stand in two places.
func (w *world) populate() []Violation {
	var found []Violation
	place := func(group, instance string, s server, by []ID) {
		key := thing{Group: group, Instance: instance}
		have, known := w.servers[key]
		switch {
		case !known:
			w.groups[instance] = append(w.groups[instance], group)
			w.behind[group] = append(w.behind[group], key)
			w.servers[key] = s
		case s.side == "":
		case have.side == "":
			w.servers[key] = s
		case have != s:
			found = append(found, Violation{Text: fmt.Sprintf("%s stands on two sides of %s", instance, group), Steps: by})
		}
	}
	for _, t := range w.plan.Traffic {
		w.before[t.Group] = t
		for _, i := range t.Instances {
			w.initial[i.Name] = true
			w.first[thing{Group: t.Group, Instance: i.Name}] = i
			w.writes[i.Name] = append(w.writes[i.Name], i.Writes...)
			place(t.Group, i.Name, server{i.Service, i.Side}, nil)
		}
	}
	weighed := map[string]bool{}
	effects(w.plan, func(s *Step, e *Effect) {
		switch e.Kind {
		case Start, Ready:
			w.writes[e.Instance] = append(w.writes[e.Instance], e.Writes...)
			if e.Group != "" {
				place(e.Group, e.Instance, server{e.Service, e.Side}, []ID{s.ID})
			}
		case Weight:
			weighed[e.Group] = true
		}
	})
	w.openDoors(weighed)
	return found
}

// openDoors finds the doors of each group, one for each of its services. A group that gets weights but has
// no servers still has a door.
func (w *world) openDoors(weighed map[string]bool) {
	for key, s := range w.servers {
		door := thing{Group: key.Group, Service: s.service}
		if s.side != "" && !slices.Contains(w.doors[key.Group], door) {
			w.doors[key.Group] = append(w.doors[key.Group], door)
		}
	}
	for group := range weighed {
		if len(w.doors[group]) == 0 {
			w.doors[group] = []thing{{Group: group}}
		}
	}
	for _, doors := range w.doors {
		slices.SortFunc(doors, compareThings)
	}
}

// about are the things that an effect changes.
func (w *world) about(e *Effect) []thing {
	switch e.Kind {
	case Start, Passed, Stop:
		return []thing{{Instance: e.Instance}}
	case Ready, Drained:
		return []thing{{Group: e.Group, Instance: e.Instance}}
	case Hold, Release:
		return []thing{{Group: e.Group, Held: true}}
	case Weight:
		return w.doors[e.Group]
	case Remove:
		var doors []thing
		for _, door := range w.doors[e.Group] {
			if e.Group != "" && (e.Service == "" || e.Service == door.Service) {
				doors = append(doors, door)
			}
		}
		return doors
	}
	return nil
}

// line returns the life of a thing, which begins with what Traffic says.
func (w *world) line(t thing) *line {
	l := w.lines[t]
	if l != nil {
		return l
	}
	l = &line{back: map[string][]backEffect{}}
	switch {
	case t.Held:
		l.name, l.change = "whether the requests of "+t.Group+" wait", holdLife
	case t.Instance == "":
		l.name, l.change, l.restore, l.initial = "the traffic of "+t.door(), doorLife, doorAgain, w.percent(t)
	case t.Group == "":
		l.name, l.change = "whether "+t.Instance+" runs", runLife
		if w.initial[t.Instance] {
			l.initial = passed
		}
	default:
		l.name, l.change = "whether "+t.Group+"'s server of "+t.Instance+" is ready", serverLife
		if w.first[t].Ready {
			l.initial = ready
		}
	}
	w.lines[t] = l
	return l
}

// things are all that have a line, in a fixed order.
func (w *world) things() []thing { return slices.SortedFunc(maps.Keys(w.lines), compareThings) }

func (t thing) door() string {
	if t.Service == "" {
		return t.Group
	}
	return t.Group + "/" + t.Service
}

// percent is where a door leads before the plan. One behind which no server is ready, on a side that gets
// traffic, counts as closed: what is down already is not the plan's fault.
func (w *world) percent(door thing) int {
	traffic, ok := w.before[door.Group]
	if !ok {
		return closed
	}
	for _, side := range []string{"a", "b"} {
		serves := slices.ContainsFunc(traffic.Instances, func(i Instance) bool {
			return i.Ready && i.Side == side && i.Service == door.Service
		})
		if gets(side, traffic.Percent) && !serves {
			return closed
		}
	}
	return traffic.Percent
}

// gets tells whether a side gets traffic.
func gets(side string, percent int) bool {
	return percent >= 0 && (side == "a" && percent < 100 || side == "b" && percent > 0)
}
