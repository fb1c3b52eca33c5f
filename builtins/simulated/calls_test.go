package simulated_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/eval/kind"
)

// TestCallsOfAPlan counts what a plan asks an engine. Each listing is asked for once, however much stands, and so is the
// record; a container
// is looked at by itself where it runs, or where it is one of several stopped releases, since only that tells which one
// ran last; and nothing is changed.
func TestCallsOfAPlan(t *testing.T) {
	t.Parallel()
	listings := map[string]int{"Info": 1, "Containers": 1, "Images": 1, "Networks": 1, "Volumes": 1, "ReadArchive": 1}
	for _, c := range []struct {
		services, releases int
		looks              int // at containers
	}{
		{1, 1, 1}, {10, 1, 10}, {40, 1, 40}, {1, 2, 1}, {10, 2, 10}, {1, 3, 3}, {1, 6, 3}, {10, 6, 30},
	} {
		t.Run(fmt.Sprintf("%d services, %d releases", c.services, c.releases), func(t *testing.T) {
			in(t, func(s *scene) {
				recipe := func(release int) string {
					var b strings.Builder
					for i := range c.services {
						b.WriteString(service(fmt.Sprint("s", i), fmt.Sprint(release), ""))
					}
					return b.String() + port("route { to = service.s0.http }")
				}
				s.parallel = 20
				for release := range c.releases {
					s.apply(desire(s, recipe(release)), kind.Apply)
				}
				d := desire(s, recipe(c.releases-1))
				before := len(s.Engine.Calls())
				if p := s.plan(d, kind.Apply); !p.Empty() {
					t.Errorf("there is something to do:\n%s", steps(p))
				}
				got := map[string]int{}
				for _, call := range s.Engine.Calls()[before:] {
					if got[call.Method]++; call.Write {
						t.Errorf("a plan calls %s", call.Method)
					}
				}
				for method, n := range listings {
					if got[method] != n {
						t.Errorf("%s was called %d times, not %d", method, got[method], n)
					}
					delete(got, method)
				}
				looks := c.looks + 1 // the edge's container
				if got["Container"] != looks {
					t.Errorf("%d containers were looked at, not %d", got["Container"], looks)
				}
				delete(got, "Container")
				if got["Image"]+got["RemoteDigest"] > 3 { // of the one image that all are made of
					t.Errorf("the image was asked for too often: %v", got)
				}
				delete(got, "Image")
				delete(got, "RemoteDigest")
				if len(got) > 0 {
					t.Errorf("it calls %v besides", got)
				}
			})
		})
	}
}
