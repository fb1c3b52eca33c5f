package orders

import (
	"fmt"
	"maps"
	"slices"

	"github.com/deployrecipe/recipe/eval/plan"
)

// The values of a world's cells: of an instance, of a server, of a group's requests, of a door. A door's other values
// are the percentage that goes to side b.
const (
	stopped, running, passed = 0, 1, 2
	ready                    = 1
	held                     = 1
	closed, removed          = -1, -2
)

// world is what stands, a cell for each thing.
type world []int8

func (w world) key() string {
	key := make([]byte, len(w))
	for i, value := range w {
		key[i] = byte(value)
	}
	return string(key)
}

// two names an instance in a group, or a service of one.
type two struct{ group, name string }

// cast is who plays: which cell is whose, and what must not be.
type cast struct {
	first   world
	runs    map[string]int // by instance
	servers map[two]int    // by group and instance
	doors   map[two]int    // by group and service
	holds   map[string]int // by group

	places  map[two]place       // by group and instance
	writes  map[string][]string // by instance
	initial map[string]bool     // instances that stand before the plan
	exempt  map[string]bool     // groups that a declared interruption leaves unanswered
	waits   map[string]bool     // groups whose requests a declared interruption has wait
	openers map[string][]string // by group: instances that the way forward starts and that did not stand before
	facing  []facing
	pairs   []pair
	strange []string // what means nothing definite
}

// place is where an instance stands in a group.
type place struct{ service, side string }

// facing is a door with a side of it and the servers behind.
type facing struct {
	door, hold int
	side       string
	seats      []seat
	text       string
}

type seat struct{ server, run int }

// pair is two instances that must not both run.
type pair struct {
	a, b int
	text string
}

func newCast(p *plan.Plan) *cast {
	c := &cast{runs: map[string]int{}, servers: map[two]int{}, doors: map[two]int{}, holds: map[string]int{},
		places: map[two]place{}, writes: map[string][]string{}, initial: map[string]bool{}, exempt: map[string]bool{},
		waits: map[string]bool{}, openers: map[string][]string{}}
	for _, i := range p.Interruptions {
		c.waits[i.Group] = c.waits[i.Group] || i.Held
		c.exempt[i.Group] = c.exempt[i.Group] || !i.Held && !i.Down
	}
	for _, t := range p.Traffic {
		for _, i := range t.Instances {
			c.initial[i.Name] = true
			c.meet(t.Group, i.Name, place{i.Service, i.Side}, i.Writes)
			c.first[c.runs[i.Name]] = passed
			if i.Ready {
				c.first[c.servers[two{t.Group, i.Name}]] = ready
			}
		}
	}
	c.read(p)
	c.openDoors(p)
	c.faces()
	c.rivals()
	return c
}

// cell finds or makes the cell of a thing.
func cell[K comparable](c *cast, cells map[K]int, key K) int {
	if at, ok := cells[key]; ok {
		return at
	}
	cells[key] = len(c.first)
	c.first = append(c.first, 0)
	return cells[key]
}

// meet takes note of an instance in a group.
func (c *cast) meet(group, instance string, at place, writes []string) {
	cell(c, c.runs, instance)
	c.writes[instance] = append(c.writes[instance], writes...)
	if group == "" {
		return
	}
	key := two{group, instance}
	cell(c, c.servers, key)
	switch known, ok := c.places[key]; {
	case !ok || known.side == "" && at.side != "":
		c.places[key] = at
	case at.side != "" && at != known:
		c.strange = append(c.strange, fmt.Sprintf("%s stands on two sides of %s", instance, group))
	}
}

// read meets all that effects are about.
func (c *cast) read(p *plan.Plan) {
	for way, steps := range [][]plan.Step{p.Steps, p.Undo} {
		for _, s := range steps {
			for _, e := range s.Effects {
				switch e.Kind {
				case plan.Start, plan.Ready:
					c.meet(e.Group, e.Instance, place{e.Service, e.Side}, e.Writes)
					if way == 0 && e.Kind == plan.Start && !c.initial[e.Instance] {
						c.openers[e.Group] = append(c.openers[e.Group], e.Instance)
					}
				case plan.Passed, plan.Stop:
					cell(c, c.runs, e.Instance)
				case plan.Drained:
					cell(c, c.runs, e.Instance)
					cell(c, c.servers, two{e.Group, e.Instance})
				case plan.Hold, plan.Release:
					cell(c, c.holds, e.Group)
				case plan.Weight:
					cell(c, c.doors, two{group: e.Group})
				}
			}
		}
	}
}

// openDoors gives each service of a group its door, which is closed where nobody serves before the plan.
func (c *cast) openDoors(p *plan.Plan) {
	weighed := slices.Collect(maps.Keys(c.doors))
	clear(c.doors)
	for key, at := range c.places {
		if at.side != "" {
			cell(c, c.doors, two{key.group, at.service})
		}
	}
	for _, door := range weighed {
		if len(c.doorsOf(door.group, "")) == 0 {
			cell(c, c.doors, door)
		}
	}
	for door, at := range c.doors {
		c.first[at] = closed
		for _, t := range p.Traffic {
			if t.Group == door.group && serves(t, door.name, "a", t.Percent < 100) && serves(t, door.name, "b", t.Percent > 0) {
				c.first[at] = int8(t.Percent)
			}
		}
	}
}

// serves tells whether a side has a ready server, or needs none.
func serves(t plan.Traffic, service, side string, needed bool) bool {
	return !needed || slices.ContainsFunc(t.Instances, func(i plan.Instance) bool { return i.Ready && i.Side == side && i.Service == service })
}

// doorsOf are the cells of a group's doors: that of a service, or all.
func (c *cast) doorsOf(group, service string) (cells []int) {
	for door, at := range c.doors {
		if door.group == group && (service == "" || service == door.name) {
			cells = append(cells, at)
		}
	}
	return cells
}

// faces lists what must be behind doors.
func (c *cast) faces() {
	for door, at := range c.doors {
		name := door.group
		if door.name != "" {
			name += "/" + door.name
		}
		for _, side := range []string{"a", "b"} {
			f := facing{door: at, hold: cell(c, c.holds, door.group), side: side,
				text: "side " + side + " of " + name + " gets requests and has no ready server that passed"}
			for key, p := range c.places {
				if key.group == door.group && p == (place{door.name, side}) {
					f.seats = append(f.seats, seat{c.servers[key], c.runs[key.name]})
				}
			}
			if !c.exempt[door.group] {
				c.facing = append(c.facing, f)
			}
		}
	}
}

// rivals lists the instances that share an exclusive volume and are of different releases.
func (c *cast) rivals() {
	names := slices.Sorted(maps.Keys(c.runs))
	for i, a := range names {
		for _, b := range names[:i] {
			for _, volume := range c.common(a, b) {
				if !(c.initial[a] && c.initial[b]) && !c.together(a, b) {
					c.pairs = append(c.pairs, pair{c.runs[a], c.runs[b], fmt.Sprintf("%s and %s both run with %s, which is exclusive", b, a, volume)})
				}
			}
		}
	}
}

// common are the exclusive volumes that both write.
func (c *cast) common(a, b string) []string {
	return slices.DeleteFunc(slices.Clone(c.writes[a]), func(v string) bool { return !slices.Contains(c.writes[b], v) })
}

// together tells whether two instances stand on the same side, and so are of one release.
func (c *cast) together(a, b string) bool {
	for key, at := range c.places {
		if key.name == a && at.side != "" && at == c.places[two{key.group, b}] {
			return true
		}
	}
	return false
}

func (c *cast) begin() world { return slices.Clone(c.first) }

// effect plays one effect, and tells where it does not find what it builds on.
func (c *cast) effect(w world, e *plan.Effect, back bool, found Found) {
	switch e.Kind {
	case plan.Start:
		w[c.runs[e.Instance]] = max(w[c.runs[e.Instance]], running)
	case plan.Passed:
		if w[c.runs[e.Instance]] == stopped {
			found[e.Instance+" passes its checks while it does not run"] = true
		}
		w[c.runs[e.Instance]] = passed
	case plan.Ready:
		if w[c.runs[e.Instance]] != passed && !c.exempt[e.Group] {
			found[e.Instance+" becomes ready before it passed its checks"] = true
		}
		w[c.servers[two{e.Group, e.Instance}]] = ready
	case plan.Drained:
		w[c.servers[two{e.Group, e.Instance}]] = 0
	case plan.Stop:
		c.stop(w, e, back, found)
	case plan.Hold:
		w[c.holds[e.Group]] = held
	case plan.Release:
		w[c.holds[e.Group]] = 0
	case plan.Weight:
		for _, door := range c.doorsOf(e.Group, "") {
			w[door] = c.turned(w[door], c.first[door], int8(e.Percent), back)
		}
	case plan.Remove:
		if e.Group != "" {
			for _, door := range c.doorsOf(e.Group, e.Service) {
				w[door] = removed
			}
		}
	}
}

// turned is where a door leads when it is told a percentage. A closed one opens when all is sent to one side, one that
// is removed stays so; a way back brings it back, and leaves one that was closed before closed.
func (c *cast) turned(now, first, percent int8, back bool) int8 {
	switch {
	case back && first == closed:
		return closed
	case back:
		return percent
	case now == removed, now == closed && percent != 0 && percent != 100:
		return now
	}
	return percent
}

// stop ends an instance, which must have drained and, behind no port, have been replaced.
func (c *cast) stop(w world, e *plan.Effect, back bool, found Found) {
	for key, at := range c.places {
		if key.name != e.Instance || c.exempt[key.group] {
			continue
		}
		if w[c.servers[key]] == ready {
			found[e.Instance+" stops before it drained"] = true
		}
		others := c.openers[key.group]
		if back || !c.initial[e.Instance] || at.side != "" || len(others) == 0 || c.waits[key.group] {
			continue
		}
		fit := func(other string) bool {
			return w[c.runs[other]] == passed || len(c.common(e.Instance, other)) > 0 // they may not run at once
		}
		if !slices.ContainsFunc(others, fit) {
			found[e.Instance+" stops before its replacement passed"] = true
		}
	}
	w[c.runs[e.Instance]] = stopped
}

// look finds what must not be.
func (c *cast) look(w world, found Found) {
	for i := range c.facing {
		f := &c.facing[i]
		percent := w[f.door]
		if percent < 0 || f.side == "a" && percent == 100 || f.side == "b" && percent == 0 || w[f.hold] == held {
			continue
		}
		if !slices.ContainsFunc(f.seats, func(s seat) bool { return w[s.server] == ready && w[s.run] == passed }) {
			found[f.text] = true
		}
	}
	for _, p := range c.pairs {
		if w[p.a] != stopped && w[p.b] != stopped {
			found[p.text] = true
		}
	}
}
