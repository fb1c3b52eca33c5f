package simulated_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

var errInjected = errors.New("injected")

// faulty fails a step, before its effect or after it; its way back works.
func faulty(id plan.ID, after bool) func(plan.Op, kind.Doer) kind.Doer {
	return func(_ plan.Op, doer kind.Doer) kind.Doer {
		return kind.DoerFunc(func(ctx context.Context, s plan.Step, in kind.Inputs) (kind.Outputs, error) {
			if s.ID != id {
				return doer.Do(ctx, s, in)
			}
			if after {
				if _, err := doer.Do(ctx, s, in); err != nil {
					return nil, err
				}
			}
			return nil, errInjected
		})
	}
}

// TestFailure fails each step of each scenario, with and without its effect. What served goes on, nothing is lost,
// and a second apply comes to the end of it.
func TestFailure(t *testing.T) {
	t.Parallel()
	for _, c := range scenarios() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, id := range c.steps(t) {
				for _, after := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%t", id, after), func(t *testing.T) {
						in(t, func(s *scene) { s.fail(c, id, after) })
					})
				}
			}
		})
	}
}

// steps are those of a scenario's plan.
func (c scenario) steps(t *testing.T) (ids []plan.ID) {
	in(t, func(s *scene) {
		s.begin(c)
		for _, step := range s.plan(desire(s, c.to), c.wants()).Steps {
			ids = append(ids, step.ID)
		}
	})
	return ids
}

func (s *scene) fail(c scenario, id plan.ID, after bool) {
	c.stops = c.stops || c.from == "" // a door that opened for the first time closes again
	s.begin(c)
	to := desire(s, c.to)
	first := s.plan(to, c.wants())
	done, err := s.try(first, simulated.ApplyOptions{Wrap: faulty(id, after)})
	if !errors.Is(err, errInjected) {
		s.Fatalf("the apply ended with %v", err)
	}
	for _, back := range done.Reverted {
		if back.Err != nil {
			s.Errorf("the way back of %s: %v", back.Group, back.Err)
		}
	}
	time.Sleep(2 * time.Second)
	s.about = fmt.Sprintf("%s failed, stood:\n%s", id, s.state())
	if committed := s.committed(first, id); c.from != "" && !committed && len(done.Reverted) > 0 && len(first.Interruptions) == 0 {
		s.still(c)
	}
	p := s.plan(to, c.wants())
	if _, err := s.try(p, simulated.ApplyOptions{}); err != nil {
		s.Errorf("applying again: %v", err)
	}
	s.settled(to, c.wants())
	if s.failed() {
		s.Logf("%s\nplan:\n%s\nnow:\n%s", s.about, steps(p), s.state())
	}
}

// committed tells whether a step comes after the one that commits its group.
func (s *scene) committed(p *simulated.Planned, id plan.ID) bool {
	past := map[string]bool{}
	for _, step := range p.Steps {
		if step.ID == id {
			return step.Group == "" || past[step.Group]
		}
		past[step.Group] = past[step.Group] || step.Commit
	}
	return false
}

// still checks that after the way back a plan for what stood before changes no traffic and starts nothing.
func (s *scene) still(c scenario) {
	before := c.from
	if c.mode == kind.Rollback {
		before = c.to
	}
	for _, step := range s.plan(desire(s, before), kind.Apply).Steps {
		switch step.Op {
		case "container.start", "edge.shift", "edge.drain":
			s.Errorf("the way back did not lead to where things stood: for that it still takes %s", step.ID)
		}
	}
}
