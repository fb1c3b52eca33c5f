package simulated_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// TestCrashOnTheWayBack fails the step before each point of no return, and kills the apply at each moment of the way
// back that follows.
func TestCrashOnTheWayBack(t *testing.T) {
	t.Parallel()
	for _, c := range scenarios() {
		if !slices.Contains([]string{"switch", "canary", "together", "one of two", "exclusive", "workers", "more services", "standby", "another standby", "back to the standby", "standby together"}, c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before, all := c.wayBack(t)
			for _, m := range all[before:] {
				for _, then := range c.afterwards() {
					t.Run(fmt.Sprintf("%03d/%s", m.N, then.name), func(t *testing.T) {
						in(t, func(s *scene) { s.crashBack(c, m, then) })
					})
				}
			}
			t.Logf("%d moments, %d endings each", len(all)-before, len(c.afterwards()))
		})
	}
}

// wayBack are the moments of an apply whose last step before the commit fails, and how many come before its way back.
func (c scenario) wayBack(t *testing.T) (before int, all []simulated.Moment) {
	in(t, func(s *scene) {
		s.begin(c)
		p := s.plan(desire(s, c.to), c.wants())
		count := 0
		o := simulated.ApplyOptions{Wrap: failing(s, p), Kill: func(m simulated.Moment) bool { count = m.N; return false }}
		o.Sink = func(e event.Event) {
			if e.Type == event.Reverting {
				before = count
			}
		}
		done, _ := s.try(p, o)
		all = done.Moments
		if len(done.Reverted) == 0 {
			s.Errorf("%s: nothing was taken back", c.name)
		}
	})
	return before, all
}

// failing fails the step that commits a group.
func failing(s *scene, p *simulated.Planned) func(plan.Op, kind.Doer) kind.Doer {
	return rehearse.Accident{Kind: rehearse.Failure, Step: last(p)}.Wrap(s.World)
}

// last is the step that commits a group.
func last(p *simulated.Planned) (id plan.ID) {
	for _, step := range p.Steps {
		if step.Commit {
			id = step.ID
		}
	}
	return id
}

func (s *scene) crashBack(c scenario, m simulated.Moment, then next) {
	s.begin(c)
	p := s.plan(desire(s, c.to), c.wants())
	done, err := s.try(p, simulated.ApplyOptions{Wrap: failing(s, p), Kill: func(at simulated.Moment) bool { return at.N == m.N }})
	if !done.Killed {
		s.Fatalf("%v was not reached: %v", m, err)
	}
	time.Sleep(time.Second)
	d := desire(s, then.recipe)
	s.about = fmt.Sprintf("killed at %v\nstood:\n%s", m, s.state())
	p = s.plan(d, then.mode)
	if _, err := s.try(p, simulated.ApplyOptions{}); err != nil {
		s.Errorf("applying: %v", err)
	}
	s.settled(d, then.mode)
	if s.failed() {
		s.Logf("%s\nplan:\n%s\nnow:\n%s", s.about, steps(p), s.state())
	}
}

// TestUnfit switches to releases that do not come up, or do not live: the old one serves on, and the next apply of it
// has nothing to start.
func TestUnfit(t *testing.T) {
	t.Parallel()
	for _, behaviour := range []string{"sick", "crash"} {
		for _, more := range []string{canary, ""} {
			t.Run(fmt.Sprintf("%s/%t", behaviour, more != ""), func(t *testing.T) {
				in(t, func(s *scene) {
					good := web("1", "count = 2") + more
					bad := strings.Replace(web("2", "count = 2")+more, `{ RELEASE = "2" }`, fmt.Sprintf(`{ RELEASE = "2", BEHAVIOUR = %q }`, behaviour), 1)
					s.apply(desire(s, good), kind.Apply)
					s.send(simulated.ClientOptions{})
					time.Sleep(time.Second)
					_, err := s.try(s.plan(desire(s, bad), kind.Apply), simulated.ApplyOptions{})
					if behaviour == "crash" && more == "" {
						return // it lives long enough to take over, which no stage guards
					}
					if err == nil {
						s.Errorf("a release that is %s took over", behaviour)
					}
					time.Sleep(time.Second)
					if more != "" { // what failed was kept for a look
						if p := s.plan(desire(s, good), kind.Apply); !p.Housekeeping() {
							s.Errorf("there is something to do but to remove what failed:\n%s", steps(p))
						}
						s.apply(desire(s, good), kind.Apply)
					}
					s.settled(desire(s, good), kind.Apply)
				})
			})
		}
	}
}
