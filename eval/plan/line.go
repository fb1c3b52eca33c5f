package plan

import (
	"fmt"
	"maps"
	"slices"
)

// line is the life of one thing that effects change: whether an instance runs, whether its server is ready,
// where a door leads, whether requests are held. Its moments are the effects that change it and the begins
// of the steps whose undo may change it. They must be in one order, whatever order the steps run in; then
// how many of them have happened says all about the thing, on the way forward and on every way back.
type line struct {
	name    string
	initial int
	change  func(value int, e *Effect) int
	// restore is what a way back makes of the initial value, where that is not change; else nil.
	restore func(initial int, e *Effect) int
	moments []int
	// back are the effects of undo steps on it, by group, in the order of that group's way back.
	back map[string][]backEffect
}

// backEffect is one effect of an undo step, at its place in a way back. It takes place if one of its causes,
// the steps that name the undo step, has begun.
type backEffect struct {
	time   int // counts the effects of one way back from 0
	undo   *Step
	effect *Effect
	causes []int // their begins
}

// forward is the time of a way back before its first effect.
const forward = -1

// values are the line's value by how many of its moments have happened, at a time of a group's way back.
func (l *line) values(m *moments, group string, time int) []int {
	values := make([]int, len(l.moments)+1)
	value := l.initial
	begun := map[int]bool{}
	for i := 0; ; i++ {
		values[i] = l.undone(value, begun, group, time)
		if i == len(l.moments) {
			return values
		}
		moment := l.moments[i]
		if e := m.what[moment]; e != nil {
			value = l.change(value, e)
		} else {
			begun[moment] = true
		}
	}
}

// undone is what a way back has made of a value, up to a time.
func (l *line) undone(value int, begun map[int]bool, group string, time int) int {
	if time == forward {
		return value
	}
	for _, b := range l.back[group] {
		if b.time > time {
			break
		}
		if !slices.ContainsFunc(b.causes, func(cause int) bool { return begun[cause] }) {
			continue
		}
		if l.restore != nil {
			value = l.restore(l.initial, b.effect)
		} else {
			value = l.change(value, b.effect)
		}
	}
	return value
}

// where demands that the line have a value that fits.
func (q *query) where(l *line, values []int, fits func(int) bool) {
	for from := 0; from < len(values); from++ {
		if fits(values[from]) {
			continue
		}
		to := from + 1
		for to < len(values) && !fits(values[to]) {
			to++
		}
		// Not to be between from and to: when the moment before from has happened, that before to has too.
		switch {
		case from == 0 && to == len(values):
			q.never = true
		case from == 0:
			q.in = append(q.in, l.moments[to-1])
		case to == len(values):
			q.out = append(q.out, l.moments[from-1])
		default:
			q.also[l.moments[from-1]] = append(q.also[l.moments[from-1]], l.moments[to-1])
		}
		from = to
	}
}

// unordered finds two of the line's moments that have no order.
func (l *line) unordered(m *moments) (a, b int, found bool) {
	slices.Sort(l.moments)
	l.moments = slices.Compact(l.moments)
	for i := 1; i < len(l.moments); i++ {
		if a, b := l.moments[i-1], l.moments[i]; !m.before(a, b) {
			return a, b, true
		}
	}
	return 0, 0, false
}

// settle finds what makes a line's value depend on chance.
func (l *line) settle(m *moments) (Violation, bool) {
	if a, b, found := l.unordered(m); found {
		return Violation{Text: l.name + " is changed, or its change undone, by steps that have no order",
			Steps: []ID{m.step(a).ID, m.step(b).ID}}, true
	}
	for _, group := range slices.Sorted(maps.Keys(l.back)) {
		for _, moment := range l.moments {
			if s := m.step(moment); m.what[moment] != nil && s.Group != group {
				return Violation{Text: fmt.Sprintf("%s is taken back with %s, which does not have all steps that change it", l.name, group),
					Steps: []ID{s.ID}}, true
			}
		}
	}
	return Violation{}, false
}
