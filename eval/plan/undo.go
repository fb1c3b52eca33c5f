package plan

import "slices"

// wayBack is the way back of a group of steps, the same whatever has begun: what has not is left out.
type wayBack struct {
	members []int // nodes of the group's steps, in order
	undoing []undoing
}

// undoing is an undo step, run when one of its causes has begun.
type undoing struct {
	step   *Step
	causes []int // nodes of the steps that name it
}

// findWays orders the undo steps of each group: what undoes the last step comes first, unless it needs
// another one of the group's.
func (g *Graph) findWays() {
	for _, n := range g.order {
		if s := g.Step(n); s != nil && s.Group != "" {
			if g.ways[s.Group] == nil {
				g.ways[s.Group] = &wayBack{}
			}
			g.ways[s.Group].members = append(g.ways[s.Group].members, n)
		}
	}
	for _, way := range g.ways {
		causes := map[int][]int{}
		var wanted []int
		for _, n := range slices.Backward(way.members) {
			for _, id := range g.steps[n].Undo {
				u := g.back.index[id]
				if causes[u] == nil {
					wanted = append(wanted, u)
				}
				causes[u] = append(causes[u], n)
			}
		}
		for _, u := range g.back.needsFirst(wanted) {
			if causes[u] != nil {
				way.undoing = append(way.undoing, undoing{g.back.Step(u), causes[u]})
			}
		}
	}
}

// needsFirst lists nodes and all that they need, keeping their order where needs allow.
func (g *Graph) needsFirst(nodes []int) []int {
	var list []int
	seen := map[int]bool{}
	var visit func(n int)
	visit = func(n int) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, need := range g.needs[n] {
			visit(need)
		}
		list = append(list, n)
	}
	for _, n := range nodes {
		visit(n)
	}
	return list
}

// UndoFor is the way back of a group, to be run one step after the other, nothing when there is none.
//
// It holds the undo steps of whatever the group began, each once: those of the last step in the plan's order
// first, except that an undo step comes after those that it needs. A step that failed counts as begun, since
// it may have had its effect. When a step marked Commit is done, the group stays as it is.
func (g *Graph) UndoFor(group string, begun, done func(ID) bool) []Step {
	way := g.ways[group]
	if way == nil {
		return nil
	}
	for _, n := range way.members {
		if g.steps[n].Commit && done(g.steps[n].ID) {
			return nil
		}
	}
	var back []Step
	for _, u := range way.undoing {
		if slices.ContainsFunc(u.causes, func(n int) bool { return begun(g.steps[n].ID) }) {
			back = append(back, *u.step)
		}
	}
	return back
}

// UndoFor is Graph.UndoFor for lists of what began and what is done; nothing for a plan that does not link.
func UndoFor(p *Plan, group string, begun, done []ID) []Step {
	g, err := Link(p.Steps, p.Undo)
	if err != nil {
		return nil
	}
	in := func(ids []ID) func(ID) bool {
		set := make(map[ID]bool, len(ids))
		for _, id := range ids {
			set[id] = true
		}
		return func(id ID) bool { return set[id] }
	}
	return g.UndoFor(group, in(begun), in(done))
}
