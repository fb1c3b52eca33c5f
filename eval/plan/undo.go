package plan

import "slices"

// UndoFor is the way back of a group, to be run one step after the other, nothing when there is none.
//
// It holds the undo steps of whatever the group began, the last one begun in the plan's order first, each
// once. A step that failed counts as begun, since it may have had its effect. When a step marked Commit is
// done, the group stays as it is.
func (g *Graph) UndoFor(group string, begun, done func(ID) bool) []Step {
	var back []Step
	taken := map[ID]bool{}
	for _, n := range slices.Backward(g.order) {
		step := g.Step(n)
		if step == nil || group == "" || step.Group != group {
			continue
		}
		if step.Commit && done(step.ID) {
			return nil
		}
		if !begun(step.ID) {
			continue
		}
		for _, id := range step.Undo {
			if !taken[id] {
				taken[id] = true
				back = append(back, *g.Undo(id))
			}
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
