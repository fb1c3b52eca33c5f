package simulated_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// serves is the value of the RELEASE that answers.
func (s *scene) serves(path string) string {
	s.Helper()
	target, err := s.Target(80, "", path, 0)
	if err != nil {
		return ""
	}
	for _, c := range s.containers() {
		if c.Labels[label.Release] != target.Release || c.State != engine.Running {
			continue
		}
		one, err := s.Engine.Container(s.ctx, c.Name)
		if err != nil {
			s.Fatalf("%v", err)
		}
		for _, v := range one.Env {
			if release, ok := strings.CutPrefix(v, "RELEASE="); ok {
				return release
			}
		}
	}
	return "a container that does not run"
}

// of names the containers with a value of RELEASE.
func (s *scene) of(release string) (names []string) {
	s.Helper()
	for _, c := range s.containers() {
		one, err := s.Engine.Container(s.ctx, c.Name)
		if err != nil {
			s.Fatalf("%v", err)
		}
		if slices.Contains(one.Env, "RELEASE="+release) {
			names = append(names, c.Name)
		}
	}
	return names
}

// kill ends all containers of a release, and nobody starts them again.
func (s *scene) kill(release string) {
	s.Helper()
	for _, name := range s.of(release) {
		if err := s.Engine.StopContainer(s.ctx, name, "", 0); err != nil {
			s.Fatalf("%v", err)
		}
	}
	s.notice()
}

// notice gives the edge's checks the time to see who went away; they begin with whom they are asked about.
func (s *scene) notice() {
	s.Helper()
	s.serves("/")
	time.Sleep(10 * time.Second)
	s.serves("/")
}

// stand applies two releases, of which the first stands by.
func (s *scene) stand() (second *state.Desired) {
	s.Helper()
	second = desire(s, web("2", "count = 2")+standby)
	s.apply(desire(s, web("1", "count = 2")+standby), kind.Apply)
	s.apply(second, kind.Apply)
	if len(s.standing()) != 1 {
		s.Fatalf("stand by: %v\n%s", s.standing(), s.state())
	}
	return second
}

// TestStandbyEnds lets the time pass that a standby is kept for. The plan after that ends it and is housekeeping.
func TestStandbyEnds(t *testing.T) {
	t.Parallel()
	in(t, func(s *scene) {
		second := s.stand()
		s.send(simulated.ClientOptions{})
		time.Sleep(14 * time.Minute)
		p := s.plan(second, kind.Apply)
		if !p.Empty() || len(p.Notes) != 1 || !strings.Contains(p.Notes[0].Text, "stands by since 2000-01-01 ") {
			s.Errorf("while it is kept: %v\n%s", p.Notes, steps(p))
		}
		time.Sleep(2 * time.Minute)
		p = s.apply(second, kind.Apply)
		if !p.Housekeeping() || len(p.Steps) != 3 {
			s.Errorf("housekeeping is %v of\n%s", p.Housekeeping(), steps(p))
		}
		if len(s.standing()) != 0 {
			s.Errorf("still stand by: %v", s.standing())
		}
		s.settled(second, kind.Apply)
	})
}

// TestStandbyTakesOver kills the release that has the traffic: what stands by serves, whatever is applied then takes
// over from it without losing a request.
func TestStandbyTakesOver(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"1", "2", "3"} {
		t.Run(next, func(t *testing.T) {
			in(t, func(s *scene) {
				s.stand()
				s.kill("2")
				if got := s.serves("/"); got != "1" {
					s.Fatalf("%q serves", got)
				}
				s.send(simulated.ClientOptions{})
				d := desire(s, web(next, "count = 2")+standby)
				s.apply(d, kind.Apply)
				if got := s.serves("/"); got != next {
					s.Errorf("%q serves", got)
				}
				s.settled(d, kind.Apply)
			})
		})
	}
}

// TestStandbyStaysWhileItServes wants a standby not to end that is all that serves, although what is before it runs:
// it does not answer.
func TestStandbyStaysWhileItServes(t *testing.T) {
	t.Parallel()
	in(t, func(s *scene) {
		s.apply(desire(s, web("1", "count = 2")+standby), kind.Apply)
		deaf := strings.Replace(web("2", "count = 2")+standby, `{ RELEASE = "2" }`, `{ RELEASE = "2", BEHAVIOUR = "deaf" }`, 1)
		s.apply(desire(s, deaf), kind.Apply)
		for _, name := range s.of("2") {
			if err := s.Engine.Crash(name, 1); err != nil {
				s.Fatalf("%v", err)
			}
		}
		s.notice()
		s.send(simulated.ClientOptions{})
		third := desire(s, web("3", "count = 2")+standby)
		p := s.plan(third, kind.Apply)
		if _, err := s.try(p, simulated.ApplyOptions{}); err == nil || !strings.Contains(err.Error(), "recipe rollback") {
			s.Fatalf("the apply ended with %v", err)
		}
		s.apply(third, kind.Rollback)
		s.apply(third, kind.Apply)
		if got := s.serves("/"); got != "3" {
			s.Errorf("%q serves", got)
		}
		s.settled(third, kind.Apply)
	})
}

// TestRollbackToStandby starts nothing: the traffic moves, and what is left drains and stops.
func TestRollbackToStandby(t *testing.T) {
	t.Parallel()
	in(t, func(s *scene) {
		second := s.stand()
		s.send(simulated.ClientOptions{})
		p := s.apply(second, kind.Rollback)
		for _, step := range p.Steps {
			if slices.Contains([]string{string(container.OpCreate), string(container.OpStart), string(edge.OpPrepare)}, string(step.Op)) {
				s.Errorf("it takes %q", step.Title)
			}
		}
		if got := s.serves("/"); got != "1" || len(s.standing()) != 0 {
			s.Errorf("%q serves, and there stand by: %v", got, s.standing())
		}
		s.apply(second, kind.Apply)
		if got := s.serves("/"); got != "2" || len(s.standing()) != 1 {
			s.Errorf("then %q serves, and there stand by: %v", got, s.standing())
		}
		s.settled(second, kind.Apply)
	})
}

// TestFailedReleaseBesideStandby has a release fail for which a standby had to make room: what served serves on.
func TestFailedReleaseBesideStandby(t *testing.T) {
	t.Parallel()
	in(t, func(s *scene) {
		second := s.stand()
		s.send(simulated.ClientOptions{})
		sick := strings.Replace(web("3", "count = 2")+standby, `{ RELEASE = "3" }`, `{ RELEASE = "3", BEHAVIOUR = "sick" }`, 1)
		if _, err := s.try(s.plan(desire(s, sick), kind.Apply), simulated.ApplyOptions{}); err == nil {
			s.Errorf("a sick release took over")
		}
		if got := s.serves("/"); got != "2" {
			s.Errorf("%q serves", got)
		}
		s.settled(second, kind.Apply)
	})
}
