package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// moments are all over a switch.
func moments() []moment {
	return []moment{
		{event.StepStarted, "build", 300 * time.Millisecond},
		{event.StepDone, "create", 0},
		{event.StepStarted, "start", 50 * time.Millisecond},
		{event.StepStarted, "prepare", 20 * time.Millisecond},
		{event.StepDone, "prepare", 0},
		{event.StepStarted, "wait for", 100 * time.Millisecond},
		{event.StepDone, "wait for", 0},
		{event.StepStarted, `stage "canary"`, 10 * time.Millisecond},
		{event.StepDone, `stage "canary"`, 0},
		{event.StepStarted, "hold", 200 * time.Millisecond},
		{event.StepStarted, `stage "full"`, 10 * time.Millisecond},
		{event.StepDone, `stage "full"`, 0},
		{event.StepStarted, "drain", 300 * time.Millisecond},
		{event.StepStarted, "stop", 20 * time.Millisecond},
		{event.StepDone, "stop", 0},
	}
}

// An apply may be killed at any moment: no request is lost, and the next one finishes, whether it wants the same,
// something newer, or what was there before.
func TestKilled(t *testing.T) {
	t.Parallel()
	all := moments()
	if testing.Short() {
		all = []moment{all[4], all[8], all[12]}
	}
	for lane := range 2 {
		t.Run(fmt.Sprint("lane ", lane), func(t *testing.T) {
			t.Parallel()
			d := newDeploy(t)
			a := standard().with("BOOT", "200ms")
			a.stages = "  stage \"canary\" {\n    weight = 30\n    hold   = \"700ms\"\n  }\n  stage \"full\" { weight = 100 }\n"
			a.retain = 1
			if lane == 1 {
				a = a.with("EXIT", "abrupt")
			}
			d.recipe(a.at("r0"))
			d.apply()
			w := d.watch(d.traffic(80))
			last := "r0"
			for i, m := range all {
				if i%2 == lane {
					last = w.killedAt(a, m, i, last)
				}
			}
			w.nothingLost()
		})
	}
}

// killedAt begins to go to release number i, is killed, and goes somewhere then; it returns where.
func (w *watched) killedAt(a app, m moment, i int, last string) string {
	w.Helper()
	next := fmt.Sprintf("r%d", i+1)
	a.release, a.page = next, "page of "+next
	w.recipe(a)
	said := w.kill(m, "apply")
	switch i / 2 % 3 {
	case 1: // to something newer still
		next += "b"
		a.release = next
	case 2: // back to what was there
		next = last
		a.release, a.page = last, "page of "+last
		if last == "r0" {
			a.page = ""
		}
	}
	w.recipe(a)
	o := w.run("apply", "--auto-approve", "--lock-timeout", "20s")
	if o.code != 0 {
		w.Fatalf("killed at %s:\n%s\nthe next apply failed:\n%s", m, said, o)
	}
	w.serves(next)
	w.settled()
	w.tidy(a.count, a.retain)
	if w.lost() > 0 || w.Failed() {
		w.Fatalf("killed at %s:\n%s\nthen %s\n%s", m, said, o, w.clients.Snapshot())
	}
	w.answered(20)
	return next
}
