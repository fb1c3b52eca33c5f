package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/job"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// run carries the job's step out once more.
func run(ctx context.Context, t *testing.T, e *sim.Engine) error {
	t.Helper()
	config, err := json.Marshal(job.RunConfig{Timeout: state.Duration(time.Minute), Release: "r1",
		Create: container.CreateConfig{Spec: engine.ContainerSpec{Name: "shop-migrate-r1-1", Image: "app", Restart: "no"}}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := job.Doers(container.Tools{Engine: e})[job.OpRun].Do(ctx, plan.Step{Config: config}, kind.Inputs{})
	if err == nil && out["release"] != "r1" {
		t.Errorf("a job that is done returns %v, which the record is made of", out)
	}
	return err
}

// starts counts how often the job ran.
func starts(e *sim.Engine) int {
	n := 0
	for _, c := range e.Calls() {
		if c.Method == "StartContainer" {
			n++
		}
	}
	return n
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name   string
		app    sim.App
		took   time.Duration
		want   string // of the error
		stands bool   // the container, as evidence
	}{
		{"good", sim.App{RunFor: 30 * time.Second}, 30 * time.Second, "", true},
		{"failed", sim.App{RunFor: 30 * time.Second, ExitCode: 3}, 30 * time.Second, "shop-migrate-r1-1 ended with exit code 3", false},
		{"endless", sim.App{}, time.Minute, "shop-migrate-r1-1 did not end within 1m0s", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := sim.New()
				defer e.StopAll()
				e.AddImage("app", engine.ImageConfig{}, test.app)
				began := time.Now()
				err := run(t.Context(), t, e)
				if took := time.Since(began); took != test.took {
					t.Errorf("it took %s, want %s", took, test.took)
				}
				if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
					t.Errorf("got %v, want %s", err, test.want)
				}
				if _, err := e.Container(t.Context(), "shop-migrate-r1-1"); errors.Is(err, engine.ErrNotFound) == test.stands {
					t.Errorf("of its container: %v", err)
				}
			})
		})
	}
}

// A release's job runs once, however often its step is carried out, and a run that began before is awaited.
func TestRunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		defer e.StopAll()
		e.AddImage("app", engine.ImageConfig{}, sim.App{RunFor: 30 * time.Second})
		first := make(chan error)
		go func() { first <- run(t.Context(), t, e) }()
		time.Sleep(10 * time.Second)
		began := time.Now()
		if err := run(t.Context(), t, e); err != nil || time.Since(began) != 20*time.Second {
			t.Errorf("while it ran: %v after %s", err, time.Since(began))
		}
		if err := errors.Join(<-first, run(t.Context(), t, e)); err != nil {
			t.Error(err)
		}
		if n := starts(e); n != 1 {
			t.Errorf("it ran %d times", n)
		}
	})
}

func TestRunBrokenOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		defer e.StopAll()
		e.AddImage("app", engine.ImageConfig{}, sim.App{RunFor: 30 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := run(ctx, t, e); err == nil || !strings.Contains(err.Error(), "was broken off") {
			t.Errorf("got %v", err)
		}
		if _, err := e.Container(t.Context(), "shop-migrate-r1-1"); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("it goes on: %v", err)
		}
		if err := run(t.Context(), t, e); err != nil {
			t.Errorf("the next apply: %v", err)
		}
	})
}
