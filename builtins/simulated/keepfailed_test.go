package simulated_test

import (
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
)

// What is taken back is kept for a look where that is asked for: it is no release to go back to, the plan of the same
// release says what became of it, and the next apply removes it.
func TestKeepFailed(t *testing.T) {
	t.Parallel()
	in(t, func(s *scene) {
		for _, release := range []string{"1", "2"} {
			s.apply(desire(s, web(release, "")+canary), kind.Apply)
		}
		third := desire(s, web("3", "")+canary)
		p := s.plan(third, kind.Apply)
		if _, err := s.try(p, simulated.ApplyOptions{Wrap: failing(s, p)}); err == nil {
			s.Fatalf("nothing failed")
		}
		kept := func() (names []string) {
			for _, c := range s.containers() {
				if strings.HasSuffix(c.Name, "-failed") && c.State == engine.Exited {
					names = append(names, c.Name)
				}
			}
			return names
		}
		if got := kept(); len(got) != 1 {
			s.Fatalf("kept for a look are %q", got)
		}
		for _, step := range s.plan(desire(s, web("2", "")+canary), kind.Apply).Steps {
			if strings.HasPrefix(step.Title, "remove ") && !step.Housekeeping {
				s.Errorf("to %s is more than housekeeping", step.Title)
			}
		}
		for _, step := range s.plan(third, kind.Rollback).Steps {
			if strings.Contains(step.Title, "-failed") || strings.Contains(string(step.Config), "RELEASE=3") {
				s.Errorf("a rollback has to do with what failed: %s", step.Title)
			}
		}
		s.apply(third, kind.Apply)
		if got := kept(); len(got) != 0 {
			s.Errorf("still kept are %q", got)
		}
		s.settled(third, kind.Apply)
	})
}
