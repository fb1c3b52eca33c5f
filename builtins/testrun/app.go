package testrun

import (
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// App is an app block, evaluated.
type App struct {
	Label     string         `json:"label"`
	Boot      state.Duration `json:"boot"`
	Status    int            `json:"status"`
	Healthy   bool           `json:"healthy"`
	EndsAfter state.Duration `json:"ends_after"`
	Exit      *int           `json:"exit"`
	Stop      state.Duration `json:"stop"`
}

// addressOf is the block that a container was made for.
func addressOf(c engine.ContainerSpec) (addr.Addr, bool) {
	a, err := addr.Parse(c.Labels[label.Addr])
	return a, err == nil
}

// sim is the app as the simulator plays it.
func (a App) sim(job bool) sim.App {
	app := sim.App{Boot: a.Boot.Std(), Stop: a.Stop.Std(), RunFor: a.EndsAfter.Std()}
	app.Probe = func(string) (int, string) { return a.Status, "as the test says" }
	if !a.Healthy {
		app.Health = func(time.Duration) bool { return false }
	}
	switch {
	case a.Exit != nil:
		app.ExitCode = *a.Exit
	case !job:
		app.ExitCode = 1
	}
	if job && app.RunFor == 0 {
		app.RunFor = 2 * time.Second
	}
	return app
}
