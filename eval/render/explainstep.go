package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
)

// does lists a resource's steps with their numbers.
func (e *explainer) does(a addr.Addr) {
	first := true
	for i := range e.p.Steps {
		s := &e.p.Steps[i]
		if s.Addr != a {
			continue
		}
		if first {
			e.head("Steps")
			first = false
		}
		text := fmt.Sprintf("%3d  %s", i+1, clean(s.Title))
		if s.Wait != "" {
			text += ", " + clean(s.Wait)
		}
		e.line(1, text)
	}
}

// causes tells what else changes because a resource does, and what waits for it.
func (e *explainer) causes(a addr.Addr) {
	var because, waits []string
	for i := range e.p.Changes {
		c := &e.p.Changes[i]
		if c.Addr != a && reads(c, a) {
			because = append(because, clean(c.Addr.String()))
		}
	}
	own := e.provided(a)
	for i := range e.p.Steps {
		s := &e.p.Steps[i]
		name := clean(s.Addr.String())
		if s.Addr != a && !slices.Contains(waits, name) && slices.ContainsFunc(s.Needs, func(id plan.ID) bool { return own[id] }) {
			waits = append(waits, name)
		}
	}
	if len(because)+len(waits) == 0 {
		return
	}
	e.head("What it causes")
	if len(because) > 0 {
		e.line(1, "changes because of it: "+strings.Join(because, ", "))
	}
	if len(waits) > 0 {
		e.line(1, "waits for it: "+strings.Join(waits, ", "))
	}
}

func reads(c *plan.Change, a addr.Addr) bool {
	causes := []plan.Cause{c.Cause}
	for _, f := range c.Fields {
		causes = append(causes, f.Cause)
	}
	for _, cause := range causes {
		for _, l := range cause.Links {
			if l.Addr == a.String() && l.Changed {
				return true
			}
		}
	}
	return false
}

// provided are the IDs and milestones of a resource's steps.
func (e *explainer) provided(a addr.Addr) map[plan.ID]bool {
	ids := map[plan.ID]bool{}
	for i := range e.p.Steps {
		if s := &e.p.Steps[i]; s.Addr == a {
			ids[s.ID] = true
			for _, id := range s.Provides {
				ids[id] = true
			}
		}
	}
	return ids
}

// oneStep tells all about a step.
func (e *explainer) oneStep(at int) {
	s := &e.p.Steps[at]
	fmt.Fprintf(e.w, "Step %d: %s\n", at+1, e.bold(clean(s.Title)))
	e.line(1, "of "+clean(s.Addr.String())+", as "+clean(string(s.ID)))
	e.line(1, "because "+clean(s.Cause.Why))
	e.snippet(2, s.Cause.File, s.Cause.Line)
	if s.Wait != "" {
		e.line(1, "it waits "+clean(s.Wait))
	}
	if s.Within > 0 {
		e.line(1, "it may take "+limit(s.Within)+" at most by the recipe's settings")
	} else if s.Limit > 0 {
		e.line(1, "it may take "+limit(s.Limit)+" at most")
	}
	e.around(s)
	if s.Irreversible != "" {
		e.line(1, "it is not taken back: "+clean(s.Irreversible))
	}
	for _, id := range s.Undo {
		for i := range e.p.Undo {
			if e.p.Undo[i].ID == id {
				e.line(1, "taken back by: "+clean(e.p.Undo[i].Title))
			}
		}
	}
	if s.Commit {
		e.line(1, "from here on a failure takes nothing back")
	}
}

// around lists the steps that a step waits for, and those that wait for it.
func (e *explainer) around(s *plan.Step) {
	gives := func(t *plan.Step, ids []plan.ID) bool {
		return slices.Contains(ids, t.ID) || slices.ContainsFunc(t.Provides, func(id plan.ID) bool { return slices.Contains(ids, id) })
	}
	for i := range e.p.Steps {
		if t := &e.p.Steps[i]; t != s && gives(t, s.Needs) {
			e.line(1, fmt.Sprintf("after step %d: %s", i+1, clean(t.Title)))
		}
	}
	for i := range e.p.Steps {
		if t := &e.p.Steps[i]; t != s && gives(s, t.Needs) {
			e.line(1, fmt.Sprintf("before step %d: %s", i+1, clean(t.Title)))
		}
	}
}
