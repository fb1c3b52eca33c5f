package simulated_test

import (
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
)

// TestRehearseNetworks rehearses the way back to their networks of containers that somebody took off them, or put on
// another one: whatever happens to a step, the next apply finishes it, and who is still reached loses nothing.
func TestRehearseNetworks(t *testing.T) {
	t.Parallel()
	text := web("1", "count = 2") + worker("1", "")
	begin := standing(t, text)
	taken := func() (*simulated.World, error) {
		w, err := begin()
		if err != nil {
			return nil, err
		}
		all, err := w.Engine.Containers(t.Context(), map[string]string{label.Release: ""})
		seen := map[string]bool{}
		for _, c := range all {
			if a := c.Labels[label.Addr]; err == nil && !seen[a] { // one of each service
				seen[a] = true
				for name := range c.Addresses {
					err = w.Engine.Disconnect(t.Context(), name, c.ID)
				}
				if err == nil {
					err = w.Engine.Connect(t.Context(), "bridge", c.ID, engine.Endpoint{})
				}
			}
		}
		_, _ = w.Target(80, "", "/", 0) // the edge looks at its servers, and then notices
		time.Sleep(4 * time.Second)
		return w, err
	}
	r := well(t, rehearse.Scene{Begin: taken, Desired: desire(t, text), Mode: kind.Apply, Steady: true})
	if r.Steps != 2 || len(r.Accidents) != 12 {
		t.Errorf("%d steps and %d accidents were rehearsed, want 2 and 12", r.Steps, len(r.Accidents))
	}
}
