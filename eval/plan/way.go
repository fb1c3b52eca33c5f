package plan

import "slices"

// way is the way back of a group of steps, as UndoFor gives it, effect by effect.
type way struct {
	effects []backEffect // effect is nil for an undo step that has none
	ends    []int        // of the group's steps: when all are done, there is no way back
	commits []int        // ends after any of which there is none either
}

// goBack finds the ways back.
func (w *world) goBack() {
	for group, linked := range w.graph.ways {
		back := &way{}
		w.ways[group] = back
		if pausing := w.plan.Pauses(group); pausing != nil {
			if n, ok := w.graph.Index(pausing.After); ok {
				back.commits = append(back.commits, w.m.end[n])
			}
		}
		for _, n := range linked.members {
			back.ends = append(back.ends, w.m.end[n])
			if w.graph.Step(n).Commit {
				back.commits = append(back.commits, w.m.end[n])
			}
		}
		for _, u := range linked.undoing {
			causes := make([]int, len(u.causes))
			for i, n := range u.causes {
				causes[i] = w.m.begin[n]
			}
			back.add(u.step, causes)
		}
	}
}

func (b *way) add(undo *Step, causes []int) {
	slot := backEffect{undo: undo, causes: causes}
	for i := range max(len(undo.Effects), 1) {
		slot.time = len(b.effects)
		if len(undo.Effects) > 0 {
			slot.effect = &undo.Effects[i]
		}
		b.effects = append(b.effects, slot)
	}
}

// end is the time when the way back is done.
func (b *way) end() int { return len(b.effects) - 1 }

// draw fills the lines, with the way forward and the ways back.
func (w *world) draw() {
	for moment, e := range w.m.what {
		if e != nil {
			for _, t := range w.about(e) {
				l := w.line(t)
				l.moments = append(l.moments, moment)
			}
		}
	}
	for group, back := range w.ways {
		for _, b := range back.effects {
			if b.effect == nil {
				continue
			}
			for _, t := range w.about(b.effect) {
				l := w.line(t)
				l.moments = append(l.moments, b.causes...)
				l.back[group] = append(l.back[group], b)
			}
		}
	}
	// What nothing changes has a line too where something depends on it.
	for key := range w.servers {
		w.line(key)
		w.line(thing{Instance: key.Instance})
	}
	for _, doors := range w.doors {
		for _, door := range doors {
			w.line(door)
			w.line(thing{Group: door.Group, Held: true})
		}
	}
}

// phase is a time of some group's way back, or of the way forward.
type phase struct {
	group string
	time  int
}

// at asks for what may have happened in a phase.
func (w *world) at(s phase) *query {
	q := w.m.ask()
	if back := w.ways[s.group]; back != nil {
		q.out = append(q.out, back.commits...)
		q.unfinished = back.ends
	}
	return q
}

// with demands that a thing have a value that fits, in a phase.
func (w *world) with(q *query, s phase, t thing, fits func(int) bool) {
	l := w.line(t)
	q.where(l, l.values(w.m, s.group, s.time), fits)
}

// report is a violation with its example.
func (w *world) report(v Violation, s phase, ideal []int) Violation {
	v.Order = w.m.begun(ideal)
	back := w.ways[s.group]
	if back == nil || s.time == forward {
		return v
	}
	v.Group = s.group
	has := func(moment int) bool { _, ok := slices.BinarySearch(ideal, moment); return ok }
	for _, b := range back.effects[:s.time+1] {
		if slices.ContainsFunc(b.causes, has) && !slices.Contains(v.Back, b.undo.ID) {
			v.Back = append(v.Back, b.undo.ID)
		}
	}
	return v
}
