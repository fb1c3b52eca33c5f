package plan

import (
	"fmt"
	"maps"
	"slices"
)

// phases are the way forward and, for each group, the times of its way back when one of some things changes.
func (w *world) phases(things ...thing) []phase {
	times := map[string][]int{}
	for _, t := range things {
		for group, back := range w.line(t).back {
			for _, b := range back {
				times[group] = append(times[group], b.time)
			}
		}
	}
	all := []phase{{time: forward}}
	for _, group := range slices.Sorted(maps.Keys(times)) {
		slices.Sort(times[group])
		for _, time := range slices.Compact(times[group]) {
			all = append(all, phase{group, time})
		}
	}
	return all
}

// violation looks for a time at which what a query asks for is so, at the first phase where it is.
func (w *world) violation(v Violation, phases []phase, ask func(*query, phase)) []Violation {
	for _, s := range phases {
		q := w.at(s)
		ask(q, s)
		if ideal, ok := q.solve(); ok {
			return []Violation{w.report(v, s, ideal)}
		}
	}
	return nil
}

func is(value int) func(int) bool { return func(v int) bool { return v == value } }

// covered checks that behind a door, on each side that gets traffic, some server is ready, or requests wait.
// That its instance is live and has passed follows from steady.
func (w *world) covered(door thing) (found []Violation) {
	if w.exempt[door.Group] {
		return nil
	}
	hold := thing{Group: door.Group, Held: true}
	for _, side := range []string{"a", "b"} {
		things := []thing{door, hold}
		var servers []thing
		for _, key := range w.behind[door.Group] {
			if w.servers[key] == (server{door.Service, side}) {
				servers = append(servers, key)
			}
		}
		v := Violation{Invariant: 1, Text: fmt.Sprintf("side %s of %s gets requests and has no ready server that passed", side, door.door())}
		found = append(found, w.violation(v, w.phases(append(things, servers...)...), func(q *query, s phase) {
			w.with(q, s, door, func(percent int) bool { return gets(side, percent) })
			w.with(q, s, hold, is(flowing))
			for _, t := range servers {
				w.with(q, s, t, is(unready))
			}
		})...)
	}
	return found
}

// steady checks that an effect finds what it builds on: an instance passes while it runs, becomes ready once
// it has passed, and stops once it has drained. So a ready server always has a live one that passed. Look
// finds a moment right before the effect at which a thing has a bad value.
func (w *world) steady(s *Step, e *Effect, look func(v Violation, t thing, bad func(int) bool) []Violation) []Violation {
	instance := thing{Instance: e.Instance}
	switch e.Kind {
	case Passed:
		v := Violation{Invariant: 1, Steps: []ID{s.ID}, Text: e.Instance + " passes its checks while it does not run"}
		return look(v, instance, is(stopped))
	case Ready:
		if !w.exempt[e.Group] {
			v := Violation{Invariant: 1, Steps: []ID{s.ID}, Text: e.Instance + " becomes ready before it passed its checks"}
			return look(v, instance, func(value int) bool { return value != passed })
		}
	case Stop:
		var found []Violation
		for _, group := range w.groups[e.Instance] {
			if !w.exempt[group] {
				v := Violation{Invariant: 2, Steps: []ID{s.ID}, Text: e.Instance + " stops before it drained"}
				found = append(found, look(v, thing{Group: group, Instance: e.Instance}, is(ready))...)
			}
		}
		return found
	}
	return nil
}

// steadyForward checks the effects of the way forward, which goes on while other groups go back.
func (w *world) steadyForward() (found []Violation) {
	for moment, e := range w.m.what {
		if e == nil {
			continue
		}
		step := w.m.step(moment)
		found = append(found, w.steady(step, e, func(v Violation, t thing, bad func(int) bool) []Violation {
			phases := slices.DeleteFunc(w.phases(t), func(s phase) bool { return s.group != "" && s.group == step.Group })
			return w.violation(v, phases, func(q *query, s phase) {
				q.in, q.out = append(q.in, w.m.needs[moment]...), append(q.out, moment)
				w.with(q, s, t, bad)
			})
		})...)
	}
	return found
}

// steadyBack checks the effects of a way back.
func (w *world) steadyBack(group string) (found []Violation) {
	for _, b := range w.ways[group].effects {
		if b.effect == nil {
			continue
		}
		found = append(found, w.steady(b.undo, b.effect, func(v Violation, t thing, bad func(int) bool) []Violation {
			for _, cause := range b.causes {
				broken := w.violation(v, []phase{{group, b.time}}, func(q *query, s phase) {
					q.in = append(q.in, cause)
					w.with(q, phase{group, b.time - 1}, t, bad)
				})
				if broken != nil {
					return broken
				}
			}
			return nil
		})...)
	}
	return found
}

// replaced checks that an instance behind no port stops only when another of its group has passed, where the
// plan starts one and the two may run at once.
func (w *world) replaced() (found []Violation) {
	newcomers := map[string][]string{} // by group
	for _, e := range w.m.what {
		if e != nil && e.Kind == Start && !w.initial[e.Instance] && !slices.Contains(newcomers[e.Group], e.Instance) {
			newcomers[e.Group] = append(newcomers[e.Group], e.Instance)
		}
	}
	for moment, e := range w.m.what {
		if e == nil || e.Kind != Stop || !w.initial[e.Instance] {
			continue
		}
		for _, group := range w.groups[e.Instance] {
			others := newcomers[group]
			sided := w.servers[thing{Group: group, Instance: e.Instance}].side != ""
			if len(others) == 0 || sided || w.exempt[group] || w.waits[group] || w.excluded(e.Instance, others) {
				continue
			}
			v := Violation{Invariant: 2, Text: e.Instance + " stops before its replacement passed", Steps: []ID{w.m.step(moment).ID}}
			found = append(found, w.violation(v, []phase{{time: forward}}, func(q *query, s phase) {
				q.in, q.out = append(q.in, w.m.needs[moment]...), append(q.out, moment)
				for _, other := range others {
					w.with(q, s, thing{Instance: other}, func(v int) bool { return v != passed })
				}
			})...)
		}
	}
	return found
}

// excluded tells whether an instance must not run beside one of others.
func (w *world) excluded(instance string, others []string) bool {
	return slices.ContainsFunc(others, func(other string) bool { return len(w.shared(instance, other)) > 0 })
}
