package service_test

import (
	"encoding/json"
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/kind"
)

// A container kept from an earlier time starts as the recipe wants it now, or the next plan had to change it again;
// on the way back, which knows only what it was made with, its limits stay.
func TestKeptContainersStartWithLimits(t *testing.T) {
	t.Parallel()
	const limits = `"limits":{"memory":536870912},`
	for mode, want := range map[kind.Mode]engine.Limits{kind.Apply: {Memory: 512 << 20}, kind.Rollback: {}} {
		s := scene{spec: newEnv + limits, mode: mode, noPort: true, have: []have{
			{spec: newEnv, gen: 1, n: 1, state: engine.Exited}, {spec: oldEnv, gen: 2, n: 1, state: engine.Running}}}
		found := false
		for _, step := range s.plan(t).Steps {
			var c container.StartConfig
			if step.Op != container.OpStart || json.Unmarshal(step.Config, &c) != nil {
				continue
			}
			found = true
			if c.Restart != "unless-stopped" || c.Limits != want {
				t.Errorf("%s: it starts with %+v, want the limits %+v", mode, c, want)
			}
		}
		if !found {
			t.Errorf("%s starts nothing", mode)
		}
	}
}
