package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
)

// The main claim: releases take over from each other, forward and back, and every request has its answer.
func TestSwitchoversLoseNothing(t *testing.T) {
	t.Parallel()
	const half = "  stage \"half\" {\n    weight = 50\n    hold   = \"500ms\"\n  }\n  stage \"full\" { weight = 100 }\n"
	for _, c := range []struct {
		name     string
		app      app
		switches int
		load     func(*load.Options)
	}{
		{name: "an app that ends gracefully", app: standard(), switches: 20},
		{name: "an app that exits at once", app: standard().with("EXIT", "abrupt"), switches: 20},
		{name: "stages, and streams without an end", app: app{count: 1, drain: "4s", retain: 1, stages: half}.with("EXIT", "abrupt"), switches: 6,
			load: func(o *load.Options) { o.Endless, o.Drain = 3, 4*time.Second }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDeploy(t)
			d.recipe(c.app.at("r0"))
			d.apply()
			options := d.traffic(120)
			if c.load != nil {
				c.load(&options)
			}
			if testing.Short() {
				c.switches = 2
			}
			w := d.watch(options)
			w.switchBackAndForth(c.app, c.switches)
			r := w.nothingLost()
			if len(r.Releases) != 1+(c.switches+1)/2 {
				t.Errorf("answers came from %v", r.Releases)
			}
			if options.Endless > 0 && r.Total.Cut == 0 {
				t.Errorf("streams without an end were never cut:\n%s", r)
			}
			d.tidy(c.app.count, c.app.retain)
			d.settledAfterRollback()
		})
	}
}

// switchBackAndForth goes to a new release and back to the one before, in turn.
func (w *watched) switchBackAndForth(a app, switches int) {
	w.Helper()
	base := "r0"
	for i := range switches {
		var o outcome
		want := base
		if i%2 == 0 {
			want = fmt.Sprintf("r%d", i+1)
			w.recipe(a.at(want))
			o = w.apply()
		} else {
			o = w.must(0, "rollback", "--auto-approve")
		}
		w.serves(want)
		if w.lost() > 0 {
			w.Fatalf("switch %d, to %s, lost requests\n%s\n%s", i+1, want, w.clients.Snapshot(), o)
		}
		w.answered(20)
	}
}

// settledAfterRollback checks that the release that runs is the one before the files': the next apply goes
// forward again, and leaves nothing to do.
func (d *deploy) settledAfterRollback() {
	d.Helper()
	d.must(2, "plan", "--detailed-exitcode")
	d.apply()
	d.settled()
}
