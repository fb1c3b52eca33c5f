package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Whatever somebody did to the recipe's objects behind its back, a plan sees it and an apply mends it.
func TestDrift(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	d.recipe(standard())
	d.apply()
	need := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	replica := func() engine.Container {
		for _, c := range d.running("web") {
			return c
		}
		t.Fatal("nothing runs")
		return engine.Container{}
	}
	for _, drift := range []struct {
		name string
		do   func(context.Context)
	}{
		{"a replica is removed", func(ctx context.Context) { need(d.engine.RemoveContainer(ctx, replica().ID)) }},
		{"a replica is stopped", func(ctx context.Context) { need(d.engine.StopContainer(ctx, replica().ID, "", time.Second)) }},
		{"a replica has other limits", func(ctx context.Context) {
			need(d.engine.UpdateContainer(ctx, replica().ID, engine.Limits{PIDs: 50}, "no"))
		}},
		{"all replicas are removed", func(ctx context.Context) {
			for _, c := range d.running("web") {
				need(d.engine.RemoveContainer(ctx, c.ID))
			}
		}},
		{"the edge is stopped", func(ctx context.Context) { need(d.engine.StopContainer(ctx, d.edge, "", time.Second)) }},
		{"the edge is removed", func(ctx context.Context) { need(d.engine.RemoveContainer(ctx, d.edge)) }},
		{"the edge is removed with its files", func(ctx context.Context) {
			need(d.engine.RemoveContainer(ctx, d.edge))
			need(d.engine.RemoveVolume(ctx, d.edge))
		}},
	} {
		drift.do(t.Context())
		d.must(2, "plan", "--detailed-exitcode")
		o := d.run("apply", "--auto-approve")
		if d.serves("r1"); o.code != 0 || t.Failed() {
			t.Fatalf("%s: %s", drift.name, o)
		}
		d.settled()
		d.tidy(2, 2)
	}
	need(d.engine.RemoveContainer(t.Context(), d.name+"-record"))
	need(d.engine.RemoveVolume(t.Context(), d.name+"-record"))
	d.settled() // a lost record costs explanations only
}
