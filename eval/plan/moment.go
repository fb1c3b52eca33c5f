package plan

import "slices"

// moments are the points in time of the way forward that Validate tells apart: of each step its begin, each
// of its effects, and its end. They are numbered such that each has a higher number than all it needs. What
// may have happened at some time is a set of moments that holds, with each, all that it needs: an ideal.
type moments struct {
	graph *Graph
	needs [][]int
	node  []int     // by moment: its step or milestone
	what  []*Effect // by moment: nil for begins and ends
	begin []int     // by node; a milestone's only moment is both
	end   []int

	seen []int // by moment: the last search that reached it
	tick int
}

func unfold(g *Graph) *moments {
	m := &moments{graph: g, begin: make([]int, g.Len()), end: make([]int, g.Len())}
	for _, n := range g.Order() {
		needs := make([]int, len(g.Needs(n)))
		for i, need := range g.Needs(n) {
			needs[i] = m.end[need]
		}
		m.begin[n] = m.add(n, nil, needs)
		step := g.Step(n)
		if step == nil {
			m.end[n] = m.begin[n]
			continue
		}
		last := m.begin[n]
		for i := range step.Effects {
			last = m.add(n, &step.Effects[i], []int{last})
		}
		m.end[n] = m.add(n, nil, []int{last})
	}
	m.seen = make([]int, len(m.needs))
	return m
}

func (m *moments) add(node int, what *Effect, needs []int) int {
	m.needs = append(m.needs, needs)
	m.node = append(m.node, node)
	m.what = append(m.what, what)
	return len(m.needs) - 1
}

// step is the step that a moment is of.
func (m *moments) step(moment int) *Step { return m.graph.Step(m.node[moment]) }

// before tells whether a comes before b in every order. The way from one to the other is looked for within b's group
// first, since that is where it is most often: else each search would go through all the rest of a long plan.
func (m *moments) before(a, b int) bool {
	if s := m.step(b); s != nil && s.Group != "" {
		within := func(x int) bool { t := m.step(x); return t == nil || t.Group == s.Group }
		if m.leads(a, b, within) {
			return true
		}
	}
	return m.leads(a, b, func(int) bool { return true })
}

// leads tells whether b needs a, by ways inside.
func (m *moments) leads(a, b int, inside func(int) bool) bool {
	m.tick++
	stack := []int{b}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, need := range m.needs[x] {
			if need == a {
				return true
			}
			if need > a && m.seen[need] != m.tick && inside(need) {
				m.seen[need] = m.tick
				stack = append(stack, need)
			}
		}
	}
	return false
}

// query asks for an ideal that holds some moments, lacks others, and keeps to conditions of the form "with
// this one, also that one". Such conditions have the shape of needs, so there is a least ideal that holds
// what must be held, found by one search, and when that one holds something it must lack, all do.
type query struct {
	m     *moments
	in    []int
	out   []int
	also  map[int][]int
	never bool
	// unfinished are moments not all of which the ideal may hold.
	unfinished []int
}

func (m *moments) ask() *query { return &query{m: m, also: map[int][]int{}} }

// solve returns the least such ideal, its moments in order.
func (q *query) solve() (ideal []int, ok bool) {
	if q.never {
		return nil, false
	}
	m := q.m
	m.tick++
	out := make(map[int]bool, len(q.out))
	for _, moment := range q.out {
		out[moment] = true
	}
	var stack []int
	reach := func(moment int) {
		if m.seen[moment] != m.tick {
			m.seen[moment] = m.tick
			stack = append(stack, moment)
		}
	}
	for _, moment := range q.in {
		reach(moment)
	}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if out[x] {
			return nil, false
		}
		ideal = append(ideal, x)
		for _, need := range m.needs[x] {
			reach(need)
		}
		for _, more := range q.also[x] {
			reach(more)
		}
	}
	missing := func(moment int) bool { return m.seen[moment] != m.tick }
	if len(q.unfinished) > 0 && !slices.ContainsFunc(q.unfinished, missing) {
		return nil, false
	}
	slices.Sort(ideal)
	return ideal, true
}

// begun are the steps that have begun in an ideal, in order.
func (m *moments) begun(ideal []int) []ID {
	var ids []ID
	for _, moment := range ideal {
		if step := m.step(moment); step != nil && m.begin[m.node[moment]] == moment {
			ids = append(ids, step.ID)
		}
	}
	return ids
}
