package service_test

import (
	"encoding/json"
	"net/netip"
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
)

// A container that an apply made and never started is made anew, files included, and where the proxy may look for
// it already: the engine may still be about to start the one that stands.
func TestMadeAnewUnderItsAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, observed, labelled, want string }{
		{"whole", "10.200.4.7", "10.200.4.7", "10.200.4.7"},
		{"without networks yet", "", "10.200.4.7", "10.200.4.7"},
		{"from another network", "", "10.99.4.7", "10.200.4.1"},
		{"with one of the engine's choice", "10.200.0.7", "", "10.200.4.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := scene{spec: newEnv, site: site(t, oldEnv, 0, "", 0), have: []have{
				{spec: oldEnv, gen: 1, n: 1, state: engine.Running, address: fixed1},
				{spec: newEnv, gen: 2, n: 1, state: engine.Created, address: test.observed, labelled: test.labelled},
			}}
			var got netip.Addr
			for _, step := range s.plan(t).Steps {
				if step.Op != container.OpCreate {
					continue
				}
				var c container.CreateConfig
				if err := json.Unmarshal(step.Config, &c); err != nil {
					t.Fatal(err)
				}
				got = c.Spec.Endpoints["shop-default"].Address
			}
			if got != netip.MustParseAddr(test.want) {
				t.Errorf("made at %v, want %s", got, test.want)
			}
		})
	}
}
