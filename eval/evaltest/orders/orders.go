// Package orders plays plans the slow way: one order of events after the other, with what stands at each moment.
//
// plan.Validate proves that no order breaks an invariant without trying any. This package is what it is held against:
// it begins steps, lets their effects happen one by one and ends them in random orders or in all, has each group fail
// and go back while the others go on, and looks at the world each time. It says what it saw in Validate's words, and
// shares nothing with it but plan.Link and UndoFor, by which applies go too.
//
// Compare does all of that to a plan, and Broken gives plans that are wrong in one place, so that both directions are
// tested: what goes wrong is found, and what is found goes wrong.
package orders

import (
	"math/rand/v2"
	"slices"

	"github.com/deployrecipe/recipe/eval/plan"
)

// Found is what went wrong, in the words of Validate.
type Found map[string]bool

// game is a plan that is played.
type game struct {
	plan  *plan.Plan
	graph *plan.Graph
	cast  *cast
	needs [][]int // by step: the steps that it waits for
	found Found
}

// position is one state of the game.
type position struct {
	// progress is by step: 0 not begun, 1 begun, 1+n after n effects, len+2 ended.
	progress []uint8
	world    world
	failed   string        // the group that goes back
	way      []plan.Effect // of its way back
	back     int           // how many of them have happened
}

func newGame(p *plan.Plan) (*game, error) {
	graph, err := plan.Link(p.Steps, p.Undo)
	if err != nil {
		return nil, err
	}
	g := &game{plan: p, graph: graph, found: Found{}, needs: make([][]int, len(p.Steps))}
	for i := range p.Steps {
		for _, need := range graph.Needs(i) {
			if graph.Step(need) != nil {
				g.needs[i] = append(g.needs[i], need)
			} else {
				g.needs[i] = append(g.needs[i], graph.Needs(need)...) // those that provide the milestone
			}
		}
	}
	g.cast = newCast(p)
	return g, nil
}

func (g *game) start() position {
	return position{progress: make([]uint8, len(g.plan.Steps)), world: g.cast.begin()}
}

func (p position) clone() position {
	p.progress, p.world = slices.Clone(p.progress), slices.Clone(p.world)
	return p
}

func (g *game) ended(p *position, step int) bool {
	return int(p.progress[step]) == len(g.plan.Steps[step].Effects)+2
}

// free tells whether a step has an event that can come next.
func (g *game) free(p *position, step int) bool {
	if g.ended(p, step) || p.failed != "" && g.plan.Steps[step].Group == p.failed {
		return false
	}
	return p.progress[step] > 0 || !slices.ContainsFunc(g.needs[step], func(need int) bool { return !g.ended(p, need) })
}

// advance has the next event of a step happen.
func (g *game) advance(p *position, step int) {
	at := int(p.progress[step])
	p.progress[step]++
	if s := &g.plan.Steps[step]; at >= 1 && at <= len(s.Effects) {
		g.cast.effect(p.world, &s.Effects[at-1], false, g.found)
		g.cast.look(p.world, g.found)
	}
}

// groups are those that can fail, in the order of their first steps.
func (g *game) groups() (all []string) {
	for i := range g.plan.Steps {
		group := g.plan.Steps[i].Group
		if group != "" && !slices.Contains(all, group) {
			all = append(all, group)
		}
	}
	return all
}

// fail has a group fail, and tells whether it then goes back: not when it is done, committed, or waits for a decision.
func (g *game) fail(p *position, group string) bool {
	under, committed := false, false
	for i := range g.plan.Steps {
		if s := &g.plan.Steps[i]; s.Group == group {
			under = under || !g.ended(p, i)
			committed = committed || s.Commit && g.ended(p, i)
		}
		if pausing := g.plan.Pauses(group); pausing != nil && g.plan.Steps[i].ID == pausing.After {
			committed = committed || g.ended(p, i)
		}
	}
	if !under || committed {
		return false
	}
	p.failed, p.back, p.way = group, 0, nil
	at := func(id plan.ID) int { n, _ := g.graph.Index(id); return n }
	begun := func(id plan.ID) bool { return p.progress[at(id)] > 0 }
	done := func(id plan.ID) bool { return g.ended(p, at(id)) }
	for _, u := range g.graph.UndoFor(group, begun, done) {
		p.way = append(p.way, u.Effects...)
	}
	return true
}

// returning tells whether the way back goes on.
func (p *position) returning() bool { return p.back < len(p.way) }

// goBack has the next event of the way back happen.
func (g *game) goBack(p *position) {
	g.cast.effect(p.world, &p.way[p.back], true, g.found)
	p.back++
	g.cast.look(p.world, g.found)
}

// returned looks whether requests wait though their group went back.
func (g *game) returned(p *position) {
	for i := range g.plan.Steps {
		for _, e := range g.plan.Steps[i].Effects {
			holds := e.Kind == plan.Hold || e.Kind == plan.Release
			if g.plan.Steps[i].Group == p.failed && holds && p.world[g.cast.holds[e.Group]] == held {
				g.found["the requests of "+e.Group+" still wait at the end of the way back of "+p.failed] = true
			}
		}
	}
}

// over looks whether requests wait though all is done.
func (g *game) over(p *position) {
	for group, cell := range g.cast.holds {
		if p.world[cell] == held {
			g.found["the requests of "+group+" still wait at the end"] = true
		}
	}
}

// Some plays n random orders, and in each has every group fail at a random moment, the others going on.
func Some(p *plan.Plan, n int, random *rand.Rand) (Found, error) {
	g, err := newGame(p)
	if err != nil {
		return nil, err
	}
	events := 0
	for i := range p.Steps {
		events += len(p.Steps[i].Effects) + 2
	}
	for range n {
		fails := map[int][]string{}
		for _, group := range g.groups() {
			at := random.IntN(events + 1)
			fails[at] = append(fails[at], group)
		}
		g.play(g.start(), fails, random)
	}
	return g.found, nil
}

// play goes on from a position to the end, and leaves the way at each number of events where a group fails.
func (g *game) play(p position, fails map[int][]string, random *rand.Rand) {
	choose := g.chooser(random)
	g.cast.look(p.world, g.found)
	for events := 0; ; events++ {
		for _, group := range fails[events] {
			if side := p.clone(); g.fail(&side, group) {
				g.play(side, nil, random)
			}
		}
		step, ok := choose(&p)
		switch {
		case p.returning() && (!ok || random.IntN(2) == 0):
			if g.goBack(&p); !p.returning() {
				g.returned(&p)
			}
		case ok:
			g.advance(&p, step)
		default:
			if p.failed == "" {
				g.over(&p)
			} else if len(p.way) == 0 {
				g.returned(&p)
			}
			return
		}
	}
}

// chooser picks the step that goes on next: any that can, or, in half of the orders, the one that comes first in a
// random ranking, so that some steps are done long before others begin.
func (g *game) chooser(random *rand.Rand) func(*position) (int, bool) {
	ranks := random.Perm(len(g.plan.Steps))
	ranked := random.IntN(2) == 0
	return func(p *position) (int, bool) {
		best, n := -1, 0
		for step := range g.plan.Steps {
			if !g.free(p, step) {
				continue
			}
			n++
			if best < 0 || ranked && ranks[step] < ranks[best] || !ranked && random.IntN(n) == 0 {
				best = step
			}
		}
		return best, best >= 0
	}
}

// All plays every order, and has each group fail at every moment. It gives up, and says so, after a number of positions.
func All(p *plan.Plan, most int) (found Found, whole bool, err error) {
	g, err := newGame(p)
	if err != nil {
		return nil, false, err
	}
	seen := map[string]bool{}
	groups := g.groups()
	var visit func(position) bool
	visit = func(p position) bool {
		key := string(p.progress) + p.failed + "\x00" + string(rune(p.back)) + p.world.key()
		if seen[key] {
			return true
		}
		if seen[key] = true; len(seen) > most {
			return false
		}
		g.cast.look(p.world, g.found)
		moved := false
		for step := range g.plan.Steps {
			if g.free(&p, step) {
				next := p.clone()
				if g.advance(&next, step); !visit(next) {
					return false
				}
				moved = true
			}
		}
		switch {
		case p.returning():
			next := p.clone()
			g.goBack(&next)
			return visit(next)
		case p.failed != "":
			g.returned(&p)
			return true
		case !moved:
			g.over(&p)
		}
		for _, group := range groups {
			if next := p.clone(); g.fail(&next, group) && !visit(next) {
				return false
			}
		}
		return true
	}
	return g.found, visit(g.start()), nil
}
