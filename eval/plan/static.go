package plan

import (
	"fmt"
	"slices"
)

// malformed finds effects that lack what they are about.
func malformed(p *Plan) (found []Violation) {
	effects(p, func(s *Step, e *Effect) {
		lacks := ""
		switch e.Kind {
		case Start, Passed, Stop:
			if e.Instance == "" {
				lacks = "an instance"
			}
		case Ready, Drained:
			if e.Instance == "" || e.Group == "" {
				lacks = "an instance or a group"
			}
		case Weight, Hold, Release:
			if e.Group == "" {
				lacks = "a group"
			}
		case Remove:
		default:
			lacks = "a meaning"
		}
		if lacks != "" {
			found = append(found, Violation{Text: fmt.Sprintf("the effect %q lacks %s", e.Kind, lacks), Steps: []ID{s.ID}})
		}
		if e.Kind == Weight && (e.Percent < 0 || e.Percent > 100) {
			found = append(found, Violation{Text: fmt.Sprintf("%d is no percentage", e.Percent), Steps: []ID{s.ID}})
		}
	})
	return found
}

// declared checks that interruptions have a bound, that holding requests is declared as one, and that
// nothing protected goes.
func (w *world) declared() (found []Violation) {
	for _, i := range w.plan.Interruptions {
		if i.Bound <= 0 && i.Closes == "" {
			found = append(found, Violation{Invariant: 1, Text: "the interruption of " + i.Group + " has no bound"})
		}
	}
	effects(w.plan, func(s *Step, e *Effect) {
		if e.Kind == Hold && !w.waits[e.Group] && !w.exempt[e.Group] {
			found = append(found, Violation{Invariant: 1, Text: "the requests of " + e.Group + " wait, and no interruption says so", Steps: []ID{s.ID}})
		}
		if e.Kind == Remove && e.Protected {
			found = append(found, Violation{Invariant: 4, Text: e.Object + " is protected and would be removed", Steps: []ID{s.ID}})
		}
	})
	return found
}

// noticeable tells whether others could notice an effect. An instance that starts gets no traffic yet.
func noticeable(s *Step) bool {
	for i := range s.Effects {
		switch s.Effects[i].Kind {
		case Weight, Drained, Stop, Remove, Ready, Hold:
			return true
		}
	}
	return false
}

// undoable checks that what changes something can be taken back, says why not, or comes after its group's
// point of no return.
func undoable(g *Graph) (found []Violation) {
	open, commits := map[string][]int{}, map[string][]int{}
	for n := range g.steps {
		switch s := g.Step(n); {
		case s.Commit:
			commits[s.Group] = append(commits[s.Group], n)
		case changes(s) && len(s.Undo) == 0 && s.Irreversible == "":
			open[s.Group] = append(open[s.Group], n)
		}
	}
	seen := newMarks(g)
	for group, nodes := range open {
		for _, commit := range commits[group] {
			nodes = seen.missed(g, commit, nodes)
		}
		open[group] = nodes
	}
	for n := range g.steps {
		if s := g.Step(n); slices.Contains(open[s.Group], n) {
			found = append(found, Violation{Invariant: 5, Text: "it has no undo, gives no reason for that, and follows no commit", Steps: []ID{s.ID}})
		}
	}
	return found
}

// changes tells whether a step has an effect that something would have to take back.
func changes(s *Step) bool {
	for i := range s.Effects {
		if s.Effects[i].Kind != Passed {
			return true
		}
	}
	return false
}

// early checks that whatever can fail early does: no early step comes after one that others could notice,
// and those of a group come before each of its steps that others could notice.
func early(g *Graph) (found []Violation) {
	noticed := make([]ID, g.Len()) // by node: some step before it that others could notice, or itself
	seen := newMarks(g)
	byGroup := map[string][]int{}
	for _, n := range g.Order() {
		if s := g.Step(n); s != nil && noticeable(s) {
			noticed[n] = s.ID
			byGroup[s.Group] = append(byGroup[s.Group], n)
		}
		for _, need := range g.Needs(n) {
			if noticed[n] == "" {
				noticed[n] = noticed[need]
			}
		}
	}
	for _, n := range g.Order() {
		s := g.Step(n)
		if s == nil || !s.Early {
			continue
		}
		if noticed[n] == s.ID {
			found = append(found, Violation{Invariant: 3, Text: "others could notice an early step", Steps: []ID{s.ID}})
			continue
		}
		if noticed[n] != "" {
			found = append(found, Violation{Invariant: 3, Text: "an early step comes after one that others could notice", Steps: []ID{s.ID, noticed[n]}})
			continue
		}
		if s.Group == "" {
			continue
		}
		for _, other := range seen.missed(g, n, byGroup[s.Group]) {
			found = append(found, Violation{Invariant: 3, Text: "others could notice a step while an early one may still fail",
				Steps: []ID{g.Name(other), s.ID}})
		}
	}
	return found
}

// marks remembers what a search has reached, without forgetting it node by node before the next.
type marks struct {
	by   []int
	tick int
}

func newMarks(g *Graph) *marks { return &marks{by: make([]int, g.Len())} }

// missed are those of a group's nodes that do not come after n in every order. Ways from one to the other are
// looked for within the group first, since that is where they are, and elsewhere only if that fails: else the
// search from each step of a long plan would go through all the rest of it.
func (m *marks) missed(g *Graph, n int, nodes []int) []int {
	if len(nodes) == 0 {
		return nil
	}
	group := g.Step(n).Group
	within := func(later int) bool { s := g.Step(later); return s != nil && s.Group == group }
	for _, inside := range []func(int) bool{within, func(int) bool { return true }} {
		reached := map[int]bool{}
		m.search(g, n, inside, func(later int) { reached[later] = true })
		nodes = slices.DeleteFunc(slices.Clone(nodes), func(other int) bool { return reached[other] })
		if len(nodes) == 0 {
			return nil
		}
	}
	return nodes
}

// search visits what comes after n by ways inside.
func (m *marks) search(g *Graph, n int, inside func(int) bool, visit func(int)) {
	m.tick++
	stack := []int{n}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, later := range g.Dependents(x) {
			if m.by[later] != m.tick && inside(later) {
				m.by[later] = m.tick
				visit(later)
				stack = append(stack, later)
			}
		}
	}
}
