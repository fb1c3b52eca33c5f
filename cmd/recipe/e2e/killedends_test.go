package e2e

import (
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// The first apply may be killed, too, and so may a destroy: the next one finishes, and in the end nothing is left.
func TestKilledAtEitherEnd(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.more = "volume \"data\" {}\nservice \"worker\" {\n  image   = image.web\n  command = [\"worker\"]\n  mount \"/data\" { volume = volume.data }\n}\n"
	d.recipe(a)
	cycles := []struct{ first, last moment }{
		{moment{event.StepDone, "create network", 0}, moment{event.StepStarted, "leave the edge", 100 * time.Millisecond}},
		{moment{event.StepStarted, "start the edge", 200 * time.Millisecond}, moment{event.StepDone, "leave the edge", 0}},
		{moment{event.StepStarted, "prepare the edge", 30 * time.Millisecond}, moment{event.StepDone, "remove network", 0}},
		{moment{event.StepStarted, "open web", 0}, moment{event.StepStarted, "remove image", 0}},
		{moment{event.StepDone, "open web", 0}, moment{event.StepDone, "remove image", 0}},
	}
	if testing.Short() {
		cycles = cycles[1:2]
	}
	for _, c := range cycles {
		said := d.kill(c.first, "apply")
		o := d.must(0, "apply", "--auto-approve", "--lock-timeout", "20s")
		d.serves("r1")
		d.settled()
		if n := len(d.running("web")) + len(d.running("worker")); n != 3 || d.Failed() {
			t.Fatalf("killed at %s:\n%s\n%d run, not 3\n%s", c.first, said, n, o)
		}
		said = d.kill(c.last, "destroy")
		o = d.must(0, "destroy", "--auto-approve", "--volumes", "--lock-timeout", "20s")
		if left := d.objects(); len(left) > 0 {
			t.Fatalf("killed at %s:\n%s\nleft over: %q\n%s", c.last, said, left, o)
		}
		if d.noEdge(); d.Failed() {
			t.Fatalf("killed at %s:\n%s\n%s", c.last, said, o)
		}
	}
}
