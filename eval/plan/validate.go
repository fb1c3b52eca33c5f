package plan

// Validate proves a plan's invariants, or finds how they break:
//
//  1. Behind every group, at every moment of every order that Needs allow, each side that gets traffic has a
//     ready server with a live instance that passed, or requests are held, which a declared Interruption
//     bounds; or a declared Interruption says that they fail.
//  2. Nothing old stops before its replacement passed and it has drained.
//  3. Early steps come before the first thing in their group that anyone could notice, and need none.
//  4. An exclusive volume never has two running releases. A protected object is never removed.
//  5. Each step that changes something has its undo, or says that it has none.
//
// The same goes for the way back of each group, begun at whatever moment.
//
// Trying all orders would take for ever, and is not needed. Each thing that effects change (an instance, a
// server, a door, a hold) must have its changes in one order, a line, whatever else goes on; a plan that
// leaves that to chance is refused. Then "the door leads to b" and "this server is not ready" come down to:
// this moment of the line has happened, that one has not, or, for a line that goes to and fro: if this one
// has, so has that one. What may have happened is any set of moments closed under needs, and a need too says
// that if one has happened, so has another. Whether such conditions can all hold at once is one search:
// start from what must have happened, add what that brings with it, and see whether it hits what must not
// have. The set found is the least, and makes the example short.
//
// A way back is a fixed list of effects, each of which takes place if the step that calls for it has begun.
// So after each of its effects a line is still told by how many of its moments have happened, and the same
// search serves. All in all it takes time in proportion to things, times of ways back, and the steps that
// these need; rapid compares it with trying all orders.
//
// Two groups that fail at once are judged each by itself.
func Validate(p *Plan) []Violation {
	g, err := Link(p.Steps, p.Undo)
	if err != nil {
		return []Violation{{Text: err.Error()}}
	}
	found := malformed(p)
	if len(found) > 0 {
		return found
	}
	w := newWorld(p, g)
	found = append(found, w.declared()...)
	found = append(found, undoable(g)...)
	found = append(found, early(g)...)
	unclear := w.populate()
	w.goBack()
	w.draw()
	for _, t := range w.things() {
		if v, bad := w.lines[t].settle(w.m); bad {
			unclear = append(unclear, v)
		}
	}
	if len(unclear) > 0 {
		return append(found, unclear...) // what follows builds on lines
	}
	return append(found, w.prove()...)
}

// prove runs the checks that are about moments.
func (w *world) prove() []Violation {
	found := w.steadyForward()
	for _, t := range w.things() {
		if !t.Held && t.Instance == "" {
			found = append(found, w.covered(t)...)
		}
	}
	found = append(found, w.replaced()...)
	found = append(found, w.exclusive()...)
	found = append(found, w.released()...)
	seen := map[string]bool{}
	for i := range w.plan.Steps {
		group := w.plan.Steps[i].Group
		if w.ways[group] != nil && !seen[group] {
			seen[group] = true
			found = append(found, w.steadyBack(group)...)
		}
	}
	return found
}
