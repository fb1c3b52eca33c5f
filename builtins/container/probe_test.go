package container

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// deaf is an engine whose events are lost.
type deaf struct{ *sim.Engine }

func (deaf) Watch(context.Context, map[string]string) (<-chan engine.Event, error) {
	lost := make(chan engine.Event)
	close(lost)
	return lost, nil
}

func TestProbe(t *testing.T) {
	exec := &engine.HealthCheck{Exec: []string{"check"}, Interval: time.Second, Timeout: time.Second, Retries: 3, StartPeriod: time.Minute}
	for _, test := range []struct {
		name    string
		app     sim.App
		exec    bool
		want    string // of the error
		restart string
		late    time.Duration // after its start
	}{
		{name: "runs"},
		{name: "ends and starts again", app: sim.App{RunFor: 300 * time.Millisecond, ExitCode: 5}, restart: "always", want: "a did not become healthy: it ended by itself right after its start"},
		{name: "ended before", app: sim.App{RunFor: 4 * time.Second, ExitCode: 5}, restart: "always", late: 6 * time.Second, want: "a did not become healthy: it ended by itself right after its start"},
		{name: "ends at once", app: sim.App{RunFor: 100 * time.Millisecond, ExitCode: 3}, want: "a did not become healthy: it ended by itself right after its start; its exit code was 3"},
		{name: "passes its check", app: sim.App{Boot: 20 * time.Second}, exec: true, want: ""},
		{name: "ends before it passes", app: sim.App{Boot: time.Hour, RunFor: 10 * time.Second, ExitCode: 4}, exec: true, want: "a did not become healthy: it ended by itself; its exit code was 4"},
		{name: "never passes", app: sim.App{Boot: time.Hour}, exec: true, want: "a did not become healthy: its check did not pass within 30s"},
	} {
		for name, see := range map[string]func(*sim.Engine) engine.Engine{
			"":                     func(e *sim.Engine) engine.Engine { return e },
			" and events are lost": func(e *sim.Engine) engine.Engine { return deaf{e} },
		} {
			t.Run(test.name+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e := sim.New()
					defer e.StopAll()
					e.AddImage("app", engine.ImageConfig{}, test.app)
					spec := engine.ContainerSpec{Name: "a", Image: "app", Restart: test.restart, Labels: map[string]string{"recipe.addr": "service.a"}}
					if test.exec {
						spec.Health = exec
					}
					if _, err := e.CreateContainer(t.Context(), spec); err != nil {
						t.Fatal(err)
					}
					if err := e.StartContainer(t.Context(), "a"); err != nil {
						t.Fatal(err)
					}
					time.Sleep(test.late)
					_, err := Tools{Engine: see(e)}.probe(t.Context(), ProbeConfig{Name: "a", Addr: "service.a", Exec: test.exec, Within: state.Duration(30 * time.Second)}, kind.Inputs{})
					if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
						t.Errorf("got %v, want %s", err, test.want)
					}
				})
			})
		}
	}
}
