package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Graph is the order in which a plan's steps may run. Its nodes are the steps, by their index, and after
// them the milestones that some step provides and some step needs. Milestones are nodes of their own so
// that a hundred steps that wait for a hundred others take two hundred edges, not ten thousand.
type Graph struct {
	steps      []Step
	milestones []ID
	index      map[ID]int
	back       *Graph // the undo steps
	needs      [][]int
	dependents [][]int
	order      []int
	ways       map[string]*wayBack
}

// Link finds out what the needs of steps name, those of the way forward among themselves and those of the way
// back among themselves. IDs that two steps share, needs and undos that name no step, and circles are errors;
// a milestone that no step provides is reached already, and is left out. It takes time in proportion to the
// steps and what they need.
func Link(steps, undo []Step) (*Graph, error) {
	back, err := order(undo)
	if err != nil {
		return nil, fmt.Errorf("on the way back, %w", err)
	}
	g, err := order(steps)
	if err != nil {
		return nil, err
	}
	g.back = back
	g.ways = map[string]*wayBack{}
	for i := range steps {
		if _, taken := back.index[steps[i].ID]; taken {
			return nil, fmt.Errorf("two steps have the ID %q", steps[i].ID)
		}
		for _, id := range steps[i].Undo {
			if g.Undo(id) == nil {
				return nil, fmt.Errorf("step %q is undone by %q, which is no step of the way back", steps[i].ID, id)
			}
		}
	}
	g.findWays()
	return g, nil
}

// order links steps among themselves.
func order(steps []Step) (*Graph, error) {
	g := &Graph{steps: steps, index: make(map[ID]int, len(steps))}
	for i := range steps {
		if _, taken := g.index[steps[i].ID]; taken {
			return nil, fmt.Errorf("two steps have the ID %q", steps[i].ID)
		}
		g.index[steps[i].ID] = i
	}
	needed, err := g.resolve()
	if err != nil {
		return nil, err
	}
	g.connect(needed)
	if !g.sort() {
		return nil, fmt.Errorf("steps wait for each other in a circle: %s", g.circle())
	}
	return g, nil
}

// resolve checks that needs name what there is, and returns the milestones that are needed.
func (g *Graph) resolve() (needed map[ID]bool, err error) {
	needed = map[ID]bool{}
	for i := range g.steps {
		for _, id := range g.steps[i].Needs {
			if _, ok := g.index[id]; ok {
				continue
			}
			if !strings.Contains(string(id), "@") {
				return nil, fmt.Errorf("step %q needs %q, which is no step", g.steps[i].ID, id)
			}
			needed[id] = true
		}
	}
	return needed, nil
}

// connect gives needed milestones their nodes, and fills needs and dependents.
func (g *Graph) connect(needed map[ID]bool) {
	for i := range g.steps {
		for _, id := range g.steps[i].Provides {
			if _, known := g.index[id]; needed[id] && !known {
				g.index[id] = len(g.steps) + len(g.milestones)
				g.milestones = append(g.milestones, id)
			}
		}
	}
	g.needs = make([][]int, g.Len())
	g.dependents = make([][]int, g.Len())
	for i := range g.steps {
		for _, id := range g.steps[i].Provides {
			if milestone, ok := g.index[id]; ok && milestone >= len(g.steps) {
				g.edge(i, milestone)
			}
		}
		for _, id := range g.steps[i].Needs {
			if need, ok := g.index[id]; ok {
				g.edge(need, i)
			}
		}
	}
	for n := range g.needs {
		g.needs[n], g.dependents[n] = compact(g.needs[n]), compact(g.dependents[n])
	}
}

func (g *Graph) edge(from, to int) {
	g.needs[to] = append(g.needs[to], from)
	g.dependents[from] = append(g.dependents[from], to)
}

func compact(nodes []int) []int {
	slices.Sort(nodes)
	return slices.Compact(nodes)
}

// sort finds the order and tells whether there is one. Steps that stand in an order that respects their
// needs, as the steps of a plan do, keep it; others are ordered breadth first.
func (g *Graph) sort() bool {
	waits := make([]int, g.Len())
	for n := range waits {
		waits[n] = len(g.needs[n])
	}
	done := make([]bool, g.Len())
	var finish func(n int)
	var free []int
	finish = func(n int) {
		done[n] = true
		g.order = append(g.order, n)
		for _, d := range g.dependents[n] {
			if waits[d]--; waits[d] > 0 {
				continue
			}
			if d >= len(g.steps) {
				finish(d) // one level deep: a milestone's dependents are steps
			} else {
				free = append(free, d)
			}
		}
	}
	for n := range g.steps {
		if waits[n] == 0 && !done[n] {
			finish(n)
		}
	}
	for len(free) > 0 {
		n := free[0]
		if free = free[1:]; !done[n] {
			finish(n)
		}
	}
	return len(g.order) == g.Len()
}

// circle writes one circle as the path around it.
func (g *Graph) circle() string {
	ordered := make([]bool, g.Len())
	for _, n := range g.order {
		ordered[n] = true
	}
	n := slices.Index(ordered, false)
	// Whatever is not ordered needs something that is not ordered: going back ends in a circle.
	at := map[int]int{}
	var path []int
	for {
		if start, seen := at[n]; seen {
			path = append(path[start:], n)
			break
		}
		at[n] = len(path)
		path = append(path, n)
		n = g.needs[n][slices.IndexFunc(g.needs[n], func(m int) bool { return !ordered[m] })]
	}
	names := make([]string, len(path))
	for i, n := range path {
		names[i] = string(g.Name(n))
	}
	return strings.Join(names, " needs ")
}

// Len is the number of nodes: steps, and milestones after them.
func (g *Graph) Len() int { return len(g.steps) + len(g.milestones) }

// Step returns the step of a node, nil for a milestone.
func (g *Graph) Step(n int) *Step {
	if n >= len(g.steps) {
		return nil
	}
	return &g.steps[n]
}

// Name is the ID of a node's step or milestone.
func (g *Graph) Name(n int) ID {
	if n >= len(g.steps) {
		return g.milestones[n-len(g.steps)]
	}
	return g.steps[n].ID
}

// Index returns the node of a step or milestone.
func (g *Graph) Index(id ID) (n int, ok bool) {
	n, ok = g.index[id]
	return n, ok
}

// Undo returns a step of the way back, nil when there is none of that ID.
func (g *Graph) Undo(id ID) *Step {
	if i, ok := g.back.index[id]; ok {
		return g.back.Step(i)
	}
	return nil
}

// Needs are the nodes right before n, Dependents those right after it; both ascending.
func (g *Graph) Needs(n int) []int { return g.needs[n] }

// Dependents are the nodes that wait for n.
func (g *Graph) Dependents(n int) []int { return g.dependents[n] }

// Order holds all nodes, each after what it needs; the same for the same plan.
func (g *Graph) Order() []int { return g.order }
