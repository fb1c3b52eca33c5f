package plan

import (
	"slices"
	"time"
)

// Timeline is how long carrying a plan out takes, as the plan alone tells: without the wait for the recipe's lock, and
// without a way back. It counts as if whatever may run at once does.
type Timeline struct {
	// AtLeast is the sum of the known waits along the longest path, AtMost that of the limits along the Path.
	AtLeast, AtMost time.Duration
	// Path is the critical one: of the paths through the graph that with the largest sum of limits.
	Path []ID
	// Unlimited is the first step that has no limit, because of which AtMost bounds nothing; empty where all have one.
	Unlimited ID
	// Spans are those of the steps, in their order.
	Spans []Span
}

// Span is when a step begins and ends, from the beginning of an apply.
type Span struct {
	Step ID
	// Begins is the earliest, Ends the latest.
	Begins, Ends time.Duration
}

// Times finds the longest paths through a graph: in its order each node ends when the last of what it needs has, and
// it has had its own time. It takes time in proportion to the steps and what they need.
func Times(g *Graph) Timeline {
	var t Timeline
	first, last := make([]time.Duration, g.Len()), make([]time.Duration, g.Len()) // by node: its end at best and at most
	from := make([]int, g.Len())
	spans := make([]Span, len(g.steps))
	end := -1
	for _, n := range g.Order() {
		from[n] = -1
		for _, need := range g.Needs(n) {
			first[n] = max(first[n], first[need])
			if from[n] < 0 || last[need] > last[from[n]] {
				from[n] = need
			}
		}
		if from[n] >= 0 {
			last[n] = last[from[n]]
		}
		step := g.Step(n)
		if step == nil {
			continue
		}
		begins := first[n]
		first[n] += step.AtLeast
		last[n] += step.Limit
		spans[n] = Span{step.ID, begins, last[n]}
		if step.Limit == 0 && t.Unlimited == "" {
			t.Unlimited = step.ID
		}
		t.AtLeast = max(t.AtLeast, first[n])
		if end < 0 || last[n] > last[end] {
			end = n
		}
	}
	for n := end; n >= 0; n = from[n] {
		if step := g.Step(n); step != nil {
			t.Path = append(t.Path, step.ID)
		}
	}
	slices.Reverse(t.Path)
	t.Spans = spans
	if end >= 0 {
		t.AtMost = last[end]
	}
	return t
}
