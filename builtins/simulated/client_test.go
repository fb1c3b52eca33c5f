package simulated_test

import (
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
)

// TestClient checks that what would be lost in earnest is lost here.
func TestClient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(*scene, string) error
		why  string
	}{
		"none":    {func(*scene, string) error { return nil }, ""},
		"crash":   {func(s *scene, web string) error { return s.Engine.Crash(web, 1) }, "ended while it had the request"},
		"stop":    {func(s *scene, web string) error { return s.Engine.StopContainer(s.ctx, web, "", 10*time.Second) }, "refused"},
		"no edge": {func(s *scene, _ string) error { return s.Engine.StopContainer(s.ctx, s.Settings.Edge, "", 0) }, "the edge does not run"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(s *scene) {
				s.apply(desire(s, web("1", "")), kind.Apply)
				client := s.Client(simulated.ClientOptions{Port: 80})
				time.Sleep(3 * time.Second)
				for _, one := range s.containers() {
					if one.State == engine.Running {
						if err := c.harm(s, one.Name); err != nil {
							s.Fatalf("%v", err)
						}
					}
				}
				time.Sleep(3 * time.Second)
				r := client.Stop()
				if r.Requests < 100 || r.Early > 0 || len(r.Answered) != 1 {
					s.Errorf("got %+v", r)
				}
				if lost := lines(r.Lost); c.why == "" && lost != "" || !strings.Contains(lost, c.why) {
					s.Errorf("lost:\n%s", lost)
				}
			})
		})
	}
}

// TestCanaryShare checks that a stage gets its share and no more.
func TestCanaryShare(t *testing.T) {
	t.Parallel()
	in(t, func(s *scene) {
		s.apply(desire(s, web("1", "")+canary), kind.Apply)
		client := s.Client(simulated.ClientOptions{Port: 80, Every: 2 * time.Millisecond, Lasts: func(int) time.Duration { return time.Millisecond }})
		time.Sleep(time.Second)
		before := client.Report().Requests
		s.apply(desire(s, web("2", "")+canary), kind.Apply)
		r := client.Stop()
		if len(r.Answered) != 2 || before == 0 {
			s.Fatalf("got %+v", r)
		}
		// 4 s of a tenth, 4 s of a half, at 500 a second; what came before the one and after the other besides.
		for release, n := range r.Answered {
			if n < 1000 {
				s.Errorf("%s answered %d of %d", release, n, r.Requests)
			}
		}
	})
}
