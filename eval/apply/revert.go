package apply

import (
	"errors"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
)

// revert starts the way back of the failed groups that have no step running any more.
func (s *scheduler) revert() {
	broken := s.broken
	s.broken = nil
	for _, g := range broken {
		if g.active > 0 {
			s.broken = append(s.broken, g)
			continue
		}
		s.takeBack(g)
	}
}

// takeBack begins the way back of one group, where it has one.
func (s *scheduler) takeBack(g *group) {
	begun := func(id plan.ID) bool { n, _ := s.graph.Index(id); return s.state[n] == done || s.state[n] == failed }
	finished := func(id plan.ID) bool { n, _ := s.graph.Index(id); return s.state[n] == done }
	if !slices.ContainsFunc(g.nodes, func(n int) bool { return begun(s.graph.Name(n)) }) {
		return
	}
	if p := s.plan.Pauses(g.name); p != nil && finished(p.After) && !s.lost {
		s.pause(g, p)
		return
	}
	g.back = s.graph.UndoFor(g.name, begun, finished)
	if len(g.back) == 0 {
		return
	}
	s.result.Reverted = append(s.result.Reverted, Reverted{Group: g.name})
	if s.lost {
		s.reverted(g).Err = s.why
		return
	}
	titles := make([]string, len(g.back))
	for i := range g.back {
		titles[i] = g.back[i].Title
	}
	s.runner.emit(event.Event{Type: event.Reverting, Group: g.name, Text: strings.Join(titles, ", ")})
	s.reverts++
	s.goBack(g)
}

// goBack runs the next step of a group's way back. These steps do not count against the bound: traffic may
// depend on them.
func (s *scheduler) goBack(g *group) {
	if len(g.back) == 0 {
		s.reverts--
		return
	}
	if !s.alive() {
		s.reverts--
		if !g.paused {
			s.reverted(g).Err = s.why
		}
		return
	}
	step := &g.back[0]
	go func() { s.ended <- ended{-1, g, s.runner.run(s.runner.ctx, step, true, g.why)} }()
}

// pause has a failed group stay as it is, and writes down that it waits.
func (s *scheduler) pause(g *group, p *plan.Pausing) {
	s.result.Paused = append(s.result.Paused, g.name)
	note := s.graph.Undo(p.Note)
	if note == nil {
		return
	}
	s.runner.emit(event.Event{Type: event.Pausing, Group: g.name, Text: note.Title})
	switch {
	case errors.Is(s.why, ErrCancelled):
		g.why = "the apply was interrupted"
	case g.why == "":
		g.why = "something that it needs failed"
	}
	g.paused, g.back = true, []plan.Step{*note}
	s.reverts++
	s.goBack(g)
}

// wentBack takes in how a step of a way back ended. A failed one ends the way back: what follows may be safe
// only after it.
func (s *scheduler) wentBack(g *group, err error) {
	if g.paused {
		if err != nil {
			s.result.Failed = append(s.result.Failed, stepError(err))
		}
		s.reverts--
		return
	}
	r := s.reverted(g)
	if err != nil {
		s.result.Failed = append(s.result.Failed, stepError(err))
		r.Err = stepError(err)
		s.reverts--
		return
	}
	r.Steps = append(r.Steps, g.back[0].ID)
	g.back = g.back[1:]
	s.goBack(g)
}

func (s *scheduler) reverted(g *group) *Reverted {
	i := slices.IndexFunc(s.result.Reverted, func(r Reverted) bool { return r.Group == g.name })
	return &s.result.Reverted[i]
}

// leftOver fails the groups of ancillary steps that are done and of no use: whatever needed them failed, was taken
// back or never ran. It tells whether there are any.
func (s *scheduler) leftOver() bool {
	if s.lost {
		return false
	}
	for _, n := range s.graph.Order() {
		if step := s.graph.Step(n); step != nil && step.Ancillary && s.state[n] == done {
			if users := s.users(n); len(users) > 0 && !slices.ContainsFunc(users, s.stands) {
				s.fail(s.groups[step.Group])
			}
		}
	}
	return len(s.broken) > 0
}

// users are the steps that need n, over milestones too.
func (s *scheduler) users(n int) []int {
	var users []int
	for _, d := range s.graph.Dependents(n) {
		if s.graph.Step(d) == nil {
			users = append(users, s.users(d)...)
		} else {
			users = append(users, d)
		}
	}
	return users
}

// stands tells whether a step may have had its effect, which nothing took back.
func (s *scheduler) stands(n int) bool {
	if s.state[n] != done && s.state[n] != failed {
		return false
	}
	group := s.graph.Step(n).Group
	return !slices.ContainsFunc(s.result.Reverted, func(r Reverted) bool { return r.Group == group && r.Err == nil })
}
