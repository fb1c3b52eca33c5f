package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// A switch that fails or is told to stop goes back, and one that has gone too far for that finishes; neither
// loses a request. Whoever is told twice stops at once, and the next apply finishes.
func TestGoingBackLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.retain = 1
	a.stages = "  stage \"canary\" {\n    weight = 40\n    hold   = \"2s\"\n  }\n  stage \"full\" { weight = 100 }\n"
	d.recipe(a.at("r1"))
	d.apply()
	w := d.watch(d.traffic(80))
	check := func(what, serves string, o outcome) {
		t.Helper()
		if o.code != 1 && serves == "r1" {
			t.Errorf("%s: the exit code is %d\n%s", what, o.code, o)
		}
		d.serves(serves)
		w.answered(40)
		if w.lost() > 0 || t.Failed() {
			t.Fatalf("%s\n%s\n%s", what, w.clients.Snapshot(), o)
		}
	}
	unfit := a.at("unfit").with("HEALTH", "fail")
	unfit.edit = func(text string) string { return strings.Replace(text, `"20s"`, `"1s"`, 1) }
	d.recipe(unfit)
	check("an unfit release", "r1", d.run("apply", "--auto-approve"))
	d.tidy(2, 1)

	d.recipe(a.at("r2"))
	check("told to stop while it holds", "r1", d.interrupt(1, moment{event.StepStarted, "hold", 500 * time.Millisecond}, "apply"))
	d.tidy(2, 1)

	check("told to stop while it drains", "r2", d.interrupt(1, moment{event.StepStarted, "drain", 0}, "apply"))
	d.apply()
	d.settled()
	d.tidy(2, 1)

	d.recipe(a.at("r3"))
	o := d.interrupt(2, moment{event.StepStarted, "hold", 500 * time.Millisecond}, "apply")
	w.answered(40)
	if o.code != 1 || w.lost() > 0 {
		t.Fatalf("told twice to stop\n%s\n%s", w.clients.Snapshot(), o)
	}
	d.apply("--lock-timeout", "20s")
	d.serves("r3")
	d.settled()
	d.tidy(2, 1)
	w.nothingLost()
}
