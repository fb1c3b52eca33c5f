package plan

import (
	"fmt"
	"maps"
	"slices"
)

// shared are the exclusive volumes that two instances both write.
func (w *world) shared(a, b string) []string {
	var both []string
	for _, volume := range w.writes[a] {
		if slices.Contains(w.writes[b], volume) && !slices.Contains(both, volume) {
			both = append(both, volume)
		}
	}
	return both
}

// exclusive checks that no two instances of different releases run with one exclusive volume. Instances that
// both ran before the plan, or that stand on the same side of the same group, are of one release.
func (w *world) exclusive() (found []Violation) {
	writers := map[string][]string{} // by volume
	for _, instance := range slices.Sorted(maps.Keys(w.writes)) {
		for _, volume := range w.writes[instance] {
			if !slices.Contains(writers[volume], instance) {
				writers[volume] = append(writers[volume], instance)
			}
		}
	}
	for _, volume := range slices.Sorted(maps.Keys(writers)) {
		for i, a := range writers[volume] {
			for _, b := range writers[volume][i+1:] {
				if w.initial[a] && w.initial[b] || w.together(a, b) {
					continue
				}
				x, y := thing{Instance: a}, thing{Instance: b}
				runs := func(v int) bool { return v != stopped }
				v := Violation{Invariant: 4, Text: fmt.Sprintf("%s and %s both run with %s, which is exclusive", a, b, volume)}
				found = append(found, w.violation(v, w.phases(x, y), func(q *query, s phase) {
					w.with(q, s, x, runs)
					w.with(q, s, y, runs)
				})...)
			}
		}
	}
	return found
}

// together tells whether two instances are of one release.
func (w *world) together(a, b string) bool {
	for _, group := range w.groups[a] {
		one, other := w.servers[thing{Group: group, Instance: a}], w.servers[thing{Group: group, Instance: b}]
		if one.side != "" && one == other {
			return true
		}
	}
	return false
}

// released checks that requests do not wait for ever: neither at the end, nor after a way back.
func (w *world) released() (found []Violation) {
	for _, t := range w.things() {
		l := w.lines[t]
		if !t.Held || len(l.moments) == 0 {
			continue
		}
		blame := Violation{Invariant: 1, Text: "the requests of " + t.Group + " still wait at the end"}
		if values := l.values(w.m, "", forward); values[len(values)-1] == held {
			found = append(found, blame)
		}
		for _, group := range slices.Sorted(maps.Keys(w.ways)) {
			holds := func(moment int) bool { return w.m.what[moment] != nil && w.m.step(moment).Group == group }
			if slices.ContainsFunc(l.moments, holds) {
				end := phase{group, w.ways[group].end()}
				v := blame
				v.Text += " of the way back of " + group
				found = append(found, w.violation(v, []phase{end}, func(q *query, s phase) { w.with(q, s, t, is(held)) })...)
			}
		}
	}
	return found
}
