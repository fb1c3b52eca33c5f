package world

import (
	"encoding/json"
	"os"
	"slices"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Machine tells what the engine's machine has and what runs there, once it was observed and refined.
func Machine(o *state.Observed) *plan.Machine {
	known := Facts(o)
	m := &plan.Machine{Memory: known.Info.Memory, Disk: known.free()}
	for _, object := range o.Objects {
		if c, ok := object.Data.(engine.Container); ok && object.Running {
			m.Running = append(m.Running, plan.Use{Name: object.Name, Memory: c.Limits.Memory})
		}
	}
	for _, c := range known.Others {
		if limit := limitOf(c); limit > 0 {
			m.Others += limit
		} else {
			m.Unlimited++
		}
	}
	return m
}

// limitOf is the memory limit of a container that only a listing is known of: a recipe's own says in its label what it
// was made with. Others would have to be looked at one by one.
func limitOf(c engine.Container) int64 {
	var made struct {
		Limits struct {
			Memory int64 `json:"memory"`
		} `json:"limits"`
	}
	if json.Unmarshal([]byte(c.Labels[label.Spec]), &made) != nil {
		return 0
	}
	return made.Limits.Memory
}

// apart divides the containers of an engine into those of a recipe, and those that run besides.
func apart(all []engine.Container, recipe string) (mine, others []engine.Container) {
	for _, c := range all {
		switch {
		case c.Labels[label.Recipe] == recipe:
			mine = append(mine, c)
		case slices.Contains([]engine.State{engine.Running, engine.Restarting}, c.State):
			others = append(others, c)
		}
	}
	return mine, others
}

// free is how much of the disk where the engine keeps its things is free for it, nil where that cannot be seen.
func (k *Known) free() *int64 {
	if k.Info.Root == "" || !k.local() {
		return nil
	}
	bytes, ok := freeAt(k.Info.Root)
	if !ok {
		return nil
	}
	return &bytes
}

// local tells whether the engine's machine is this one: a running edge shows it, and before there is one, that the
// engine at a local socket calls its machine by this one's name.
func (k *Known) local() bool {
	if here(k.Edge.Container) {
		return true
	}
	name, err := os.Hostname()
	return err == nil && k.Info.Name == name && k.Info.HostAddress == "localhost" && !k.Info.Desktop && !k.Info.Rootless
}
