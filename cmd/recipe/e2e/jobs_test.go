package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/event"
)

// A job runs to its end before the new release starts, once for each release of its own; one that failed, or whose
// apply was killed, is run or waited for by the next apply.
func TestJobs(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.count = 1
	a.switchover = "  before = [job.migrate]\n"
	job := func(version, exit string) {
		a.more = strings.NewReplacer("VERSION", version, "CODE", exit).Replace(`
job "migrate" {
  image   = image.web
  command = ["migrate"]
  env     = { RELEASE = "VERSION", MIGRATE = "1s", MIGRATE_EXIT = "CODE" }
}
`)
		d.recipe(a)
	}
	runs := func(o outcome) int { return strings.Count(o.stdout, "run "+d.name+"-migrate-") }
	job("1", "0")
	if o := d.apply(); runs(o) == 0 {
		t.Errorf("the job did not run\n%s", o)
	}
	d.settled()

	a.release = "r2"
	job("1", "0")
	if o := d.apply(); runs(o) > 0 {
		t.Errorf("the job ran again\n%s", o)
	}
	d.serves("r2")

	a.release = "r3"
	job("2", "1")
	for range 2 { // it fails again
		o := d.must(1, "apply", "--auto-approve")
		d.says(o, "job.migrate", "exit code 1", "release 2 migrates for 1s")
		d.serves("r2")
	}
	job("3", "0")
	said := d.kill(moment{event.StepStarted, "run ", 600 * time.Millisecond}, "apply")
	d.serves("r2")
	o := d.apply("--lock-timeout", "20s")
	d.serves("r3")
	d.settled()
	if t.Failed() {
		t.Logf("killed:\n%s\nthen %s", said, o)
	}
	for name, c := range d.containers() {
		if c.Labels[label.Addr] == "job.migrate" && (c.State != engine.Exited || c.ExitCode != 0) {
			t.Errorf("%s is %s with exit code %d", name, c.State, c.ExitCode)
		}
	}
	d.must(0, "destroy", "--auto-approve")
	if left := d.objects(); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}
