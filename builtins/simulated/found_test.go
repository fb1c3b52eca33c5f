package simulated_test

import (
	"testing"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/target"
)

// What random recipes and random worlds have found, each as short as it can be told.

// A job that is known to be done by a service alone that started after it stays done when that service goes.
func TestJobStaysDone(t *testing.T) {
	t.Parallel()
	const prepare = "job \"prepare\" { image = \"app:1\" }\n"
	in(t, func(s *scene) {
		s.apply(desire(s, prepare+service("web", "1", "depends_on = [job.prepare]")), kind.Apply)
		s.Forget("shop")
		for _, c := range s.containers() {
			if addressOf(c).Kind == "job" {
				if err := s.remove(c.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 2 {
			for _, step := range s.apply(desire(s, prepare), kind.Apply).Steps {
				if step.Addr.Kind == "job" {
					t.Errorf("it runs again: %s", step.Title)
				}
			}
		}
	})
}

// Services that a plan of a part is not about stay on the edge, though no port leads to them any more: the same part is
// then still the same.
func TestPartLeavesServicesOnTheEdge(t *testing.T) {
	t.Parallel()
	stood := modules{Release: "a", Sites: []string{"x", "z"}, Shared: true, Expose: "http", Base: 80, Job: true}
	for name, c := range map[string]struct {
		then    modules
		exclude string
	}{
		"no port left": {modules{Release: "a", Expose: "http", Base: 80}, `service.site["x"]`},
		"one left":     {modules{Release: "b", Sites: []string{"z"}, Expose: "http", Base: 80, Job: true}, "job.prepare"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(s *scene) {
				s.parallel = 10
				s.apply(desireModule(s, stood.files()), kind.Apply)
				d := desireModule(s, c.then.files())
				s.Part = target.Options{Excludes: []string{c.exclude}}
				s.apply(d, kind.Apply)
				s.calm(d, kind.Apply)
				s.Part = target.Options{}
				s.apply(d, kind.Apply)
				s.calm(d, kind.Apply)
			})
		})
	}
}

// The volume of an edge whose container somebody removed has the files of the release that stood.
func TestEdgeRemovedByOthers(t *testing.T) {
	t.Parallel()
	for _, mode := range []kind.Mode{kind.Apply, kind.Destroy} {
		t.Run(string(mode), func(t *testing.T) {
			in(t, func(s *scene) {
				s.apply(desire(s, web("1", "")), kind.Apply)
				if err := s.remove(s.Settings.Edge); err != nil {
					t.Fatal(err)
				}
				d := desire(s, web("2", ""))
				s.apply(d, mode)
				s.calm(d, mode)
			})
		})
	}
}
