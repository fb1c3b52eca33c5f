package simulated_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
)

// TestCrash ends an apply at each of its moments, as kill -9 would, and applies again: what was wanted, something
// else, or what stood before.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, c := range scenarios() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := c.moments(t)
			for _, m := range all {
				for _, then := range c.afterwards() {
					t.Run(fmt.Sprintf("%03d/%s", m.N, then.name), func(t *testing.T) {
						in(t, func(s *scene) { s.crash(c, m, then) })
					})
				}
			}
			t.Logf("%d moments, %d endings each", len(all), len(c.afterwards()))
		})
	}
}

// moments are those of a scenario's apply.
func (c scenario) moments(t *testing.T) (all []simulated.Moment) {
	in(t, func(s *scene) {
		s.begin(c)
		done, err := s.try(s.plan(desire(s, c.to), c.wants()), simulated.ApplyOptions{})
		if err != nil {
			s.Errorf("%s: %v", c.name, err)
		}
		all = done.Moments
	})
	return all
}

// next is what is applied after a crash.
type next struct {
	name, recipe string
	mode         kind.Mode
}

func (c scenario) afterwards() []next {
	then := []next{{"again", c.to, c.wants()}}
	if c.mode == kind.Promote { // what was promoted is no longer paused
		then[0].mode = kind.Apply
	}
	if c.third != "" {
		then = append(then, next{"third", c.third, kind.Apply})
	}
	if c.from != "" {
		then = append(then, next{"back", c.from, kind.Apply})
	}
	return then
}

// crash ends an apply at a moment and goes on with something.
func (s *scene) crash(c scenario, m simulated.Moment, then next) {
	c.stops = c.stops || !strings.Contains(then.recipe, "port \"web\"")
	s.begin(c)
	to := desire(s, c.to)
	done, err := s.try(s.plan(to, c.wants()), simulated.ApplyOptions{Kill: func(at simulated.Moment) bool { return at.N == m.N }})
	if !done.Killed {
		s.Fatalf("%v was not reached: %v", m, err)
	}
	time.Sleep(time.Second)
	stood := s.state()
	d := desire(s, then.recipe)
	s.about = fmt.Sprintf("killed at %v\nstood:\n%s", m, stood)
	p := s.plan(d, then.mode)
	if _, err := s.try(p, simulated.ApplyOptions{}); err != nil {
		s.Errorf("applying: %v", err)
	}
	s.settled(d, then.mode)
	for name, n := range s.runs {
		if strings.Contains(name, "-migrate-") && n > 1 {
			s.Errorf("%s ran %d times", name, n)
		}
	}
	if s.failed() {
		s.Logf("%s\nplan:\n%s\nnow:\n%s", s.about, steps(p), s.state())
	}
}
