package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
)

// brute decides the invariants the slow way: it plays every order in which a plan's steps can begin, have
// their effects and end, fails each group at every moment, plays its way back while the other groups go on,
// and looks at the world after each effect. It shares nothing with Validate but Link and UndoFor.
type brute struct {
	p      *plan.Plan
	g      *plan.Graph
	seen   map[string]bool
	found  map[string]bool // what is wrong
	closed bool            // the door before the plan
	// happened holds every set of events seen, for finding two that have no order.
	happened map[string][]int
}

// play is one state of the game.
type play struct {
	progress []int // by step: 0 not begun, 1 begun, 1+n after n effects, len+2 ended
	world    world
	failed   string // the group that goes back
	back     int    // effects of its way back that have happened
}

// world is what effects have made.
type world struct {
	run     map[string]int // 0 stopped, 1 running, 2 passed
	ready   map[string]bool
	percent map[string]int // -1 closed, -2 removed
	held    map[string]bool
}

func (w world) clone() world {
	return world{maps.Clone(w.run), maps.Clone(w.ready), maps.Clone(w.percent), maps.Clone(w.held)}
}

func (w world) String() string {
	return fmt.Sprint(w.run, w.ready, w.percent, w.held) // fmt sorts maps
}

func judge(p *plan.Plan) map[string]bool {
	g, err := plan.Link(p.Steps, p.Undo)
	if err != nil {
		panic(err)
	}
	b := &brute{p: p, g: g, seen: map[string]bool{}, found: map[string]bool{}, happened: map[string][]int{}}
	start := play{progress: make([]int, len(p.Steps))}
	start.world = world{map[string]int{}, map[string]bool{}, map[string]int{}, map[string]bool{}}
	for _, t := range p.Traffic {
		covered := map[string]bool{}
		for _, i := range t.Instances {
			start.world.run[i.Name] = 2
			start.world.ready[i.Name] = i.Ready
			covered[i.Side] = covered[i.Side] || i.Ready
		}
		start.world.percent[t.Group] = t.Percent
		if t.Percent < 100 && !covered["a"] || t.Percent > 0 && !covered["b"] {
			start.world.percent[t.Group] = -1
			b.closed = true
		}
	}
	b.visit(start)
	b.races()
	return b.found
}

// visit looks at a state, and goes on from it in all ways.
func (b *brute) visit(s play) {
	key := fmt.Sprint(s.progress, s.failed, s.back, s.world)
	if b.seen[key] {
		return
	}
	b.seen[key] = true
	b.happened[fmt.Sprint(s.progress)] = s.progress
	b.look(s.world)
	for i := range b.p.Steps {
		if next, ok := b.advance(s, i); ok {
			b.visit(next)
		}
	}
	if s.failed != "" {
		b.goBack(s)
		return
	}
	complete := true
	groups := map[string]bool{}
	for i := range b.p.Steps {
		ended := s.progress[i] == len(b.p.Steps[i].Effects)+2
		complete = complete && ended
		if group := b.p.Steps[i].Group; group != "" && !ended {
			groups[group] = true
		}
	}
	if complete && slices.Contains(slices.Collect(maps.Values(s.world.held)), true) {
		b.found["held at the end"] = true
	}
	for group := range groups {
		next := s
		next.failed = group
		b.visit(next)
	}
}

// advance moves one step on by one event.
func (b *brute) advance(s play, i int) (play, bool) {
	step := &b.p.Steps[i]
	at := s.progress[i]
	if at == len(step.Effects)+2 || s.failed != "" && step.Group == s.failed {
		return s, false
	}
	if at == 0 {
		for _, need := range step.Needs {
			n, _ := b.g.Index(need)
			if s.progress[n] != len(b.p.Steps[n].Effects)+2 {
				return s, false
			}
		}
	}
	next := s
	next.progress = slices.Clone(s.progress)
	next.progress[i]++
	if at >= 1 && at <= len(step.Effects) {
		next.world = b.effect(s.world, step.Effects[at-1], false)
	}
	return next, true
}

// way is what the failed group's way back does, from where it stands.
func (b *brute) way(s play) []plan.Effect {
	begun := func(id plan.ID) bool { n, _ := b.g.Index(id); return s.progress[n] > 0 }
	done := func(id plan.ID) bool { n, _ := b.g.Index(id); return s.progress[n] == len(b.p.Steps[n].Effects)+2 }
	var list []plan.Effect
	for _, u := range b.g.UndoFor(s.failed, begun, done) {
		list = append(list, u.Effects...)
	}
	return list
}

func (b *brute) goBack(s play) {
	way := b.way(s)
	if s.back < len(way) {
		next := s
		next.world = b.effect(s.world, way[s.back], true)
		next.back++
		b.visit(next)
		return
	}
	for i := range b.p.Steps {
		step := &b.p.Steps[i]
		if step.Commit && step.Group == s.failed && s.progress[i] == len(step.Effects)+2 {
			return
		}
	}
	for i := range b.p.Steps {
		for _, e := range b.p.Steps[i].Effects {
			if b.p.Steps[i].Group == s.failed && (e.Kind == plan.Hold || e.Kind == plan.Release) && s.world.held[e.Group] {
				b.found["held after the way back"] = true
			}
		}
	}
}

// effect plays one effect, and tells when it does not find what it builds on.
func (b *brute) effect(w world, e plan.Effect, back bool) world {
	w = w.clone()
	switch e.Kind {
	case plan.Start:
		w.run[e.Instance] = max(w.run[e.Instance], 1)
	case plan.Passed:
		if w.run[e.Instance] == 0 {
			b.found["passed while stopped"] = true
		}
		w.run[e.Instance] = 2
	case plan.Ready:
		if w.run[e.Instance] != 2 {
			b.found["ready before passed"] = true
		}
		w.ready[e.Instance] = true
	case plan.Drained:
		w.ready[e.Instance] = false
	case plan.Stop:
		if w.ready[e.Instance] {
			b.found["stopped undrained"] = true
		}
		w.run[e.Instance] = 0
	case plan.Hold:
		w.held[e.Group] = true
	case plan.Release:
		w.held[e.Group] = false
	case plan.Weight:
		switch old := w.percent[e.Group]; {
		case back && b.closed:
			w.percent[e.Group] = -1
		case back, old >= 0, old == -1 && (e.Percent == 0 || e.Percent == 100):
			w.percent[e.Group] = e.Percent
		}
	case plan.Remove:
		w.percent[e.Group] = -2
	}
	return w
}

// side tells by its name where an instance of the tests stands.
func side(instance string) string { return instance[:1] }

// look finds what is wrong with a world.
func (b *brute) look(w world) {
	for group, percent := range w.percent {
		for _, s := range []string{"a", "b"} {
			gets := percent >= 0 && (s == "a" && percent < 100 || s == "b" && percent > 0)
			served := false
			for instance, ready := range w.ready {
				served = served || side(instance) == s && ready && w.run[instance] == 2
			}
			if gets && !served && !w.held[group] {
				b.found["uncovered "+s] = true
			}
		}
	}
	for _, a := range []string{"a1", "a2"} {
		for _, other := range []string{"b1", "b2"} {
			if w.run[a] > 0 && w.run[other] > 0 && b.writes(a) && b.writes(other) && !(b.initial(a) && b.initial(other)) {
				b.found["two writers"] = true
			}
		}
	}
}

func (b *brute) initial(instance string) bool {
	for _, t := range b.p.Traffic {
		for _, i := range t.Instances {
			if i.Name == instance {
				return true
			}
		}
	}
	return false
}

func (b *brute) writes(instance string) bool {
	for _, t := range b.p.Traffic {
		for _, i := range t.Instances {
			if i.Name == instance && len(i.Writes) > 0 {
				return true
			}
		}
	}
	for _, steps := range [][]plan.Step{b.p.Steps, b.p.Undo} {
		for _, s := range steps {
			for _, e := range s.Effects {
				if e.Instance == instance && len(e.Writes) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// about names what an effect changes.
func about(e plan.Effect) string {
	switch e.Kind {
	case plan.Start, plan.Passed, plan.Stop:
		return "run " + e.Instance
	case plan.Ready, plan.Drained:
		return "ready " + e.Instance
	case plan.Hold, plan.Release:
		return "hold " + e.Group
	}
	return "door " + e.Group
}

// event is that a step's progress has reached a number.
type event struct{ step, at int }

// races finds things the changes of which, or of whose undo, have no order.
func (b *brute) races() {
	events := map[string][]event{}
	foreign := map[string]map[string]bool{} // thing -> groups that undo it
	add := func(thing string, e event) {
		if !slices.Contains(events[thing], e) {
			events[thing] = append(events[thing], e)
		}
	}
	for i, s := range b.p.Steps {
		for j, e := range s.Effects {
			add(about(e), event{i, j + 2})
		}
		for _, id := range s.Undo {
			for _, e := range b.g.Undo(id).Effects {
				if s.Group == "" {
					continue
				}
				add(about(e), event{i, 1})
				if foreign[about(e)] == nil {
					foreign[about(e)] = map[string]bool{}
				}
				foreign[about(e)][s.Group] = true
			}
		}
	}
	for thing, list := range events {
		for i := range list {
			for group := range foreign[thing] {
				if list[i].at > 1 && b.p.Steps[list[i].step].Group != group {
					b.found["shared "+thing] = true
				}
			}
			for j := range i {
				if b.first(list[i], list[j]) && b.first(list[j], list[i]) {
					b.found["race "+thing] = true
				}
			}
		}
	}
}

// first tells whether x has happened somewhere where y has not.
func (b *brute) first(x, y event) bool {
	for _, progress := range b.happened {
		if progress[x.step] >= x.at && progress[y.step] < y.at {
			return true
		}
	}
	return false
}

// words lists what was found.
func words(found map[string]bool) string {
	list := slices.Collect(maps.Keys(found))
	sort.Strings(list)
	return strings.Join(list, ", ")
}
