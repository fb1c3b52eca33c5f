package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// Where two releases must not run at once, the plan names the interruption, the data stays, and a release that is
// not fit, or an apply that is killed in between, leaves the one before or the new one serving, never neither.
func TestExclusive(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.count = 1
	a.service = "  mount \"/data\" {\n    volume    = volume.data\n    exclusive = true\n  }\n"
	a.more = "volume \"data\" {}\n"
	d.recipe(a)
	d.apply()
	o := d.must(0, "plan")
	if !strings.HasPrefix(o.stdout, "No changes.") {
		t.Errorf("there is something to do\n%s", o)
	}
	d.recipe(a.at("r2"))
	o = d.apply()
	head, _, _ := strings.Cut(o.stdout, "-/+ service.web")
	if !strings.Contains(head, "nterruption") || !strings.Contains(head, "at most") {
		t.Errorf("the interruption is not named on top\n%s", o)
	}
	d.serves("r2")
	d.settled()

	unfit := a.at("unfit").with("HEALTH", "fail")
	unfit.edit = func(text string) string { return strings.Replace(text, `"20s"`, `"1s"`, 1) }
	d.recipe(unfit)
	o = d.must(1, "apply", "--auto-approve")
	if d.comesBack("r2"); t.Failed() {
		t.Fatal(o)
	}
	for _, m := range []moment{{event.StepDone, "drain", 0}, {event.StepDone, "stop", 0}, {event.StepStarted, "start", 50 * time.Millisecond}} {
		d.recipe(a.at("r-" + m.title))
		said := d.kill(m, "apply")
		o := d.run("apply", "--auto-approve", "--lock-timeout", "20s")
		if d.serves("r-" + m.title); o.code != 0 || t.Failed() {
			t.Fatalf("killed at %s\n%s\n%s", m, said, o)
		}
		d.settled()
	}
	d.must(0, "rollback", "--auto-approve")
	d.serves("r-stop")
	for name := range d.running("web") {
		for _, mount := range d.inspect(name).Mounts {
			if mount.Name != d.name+"-data" {
				t.Errorf("%s has the volume %s", name, mount.Name)
			}
		}
	}
}

// A release that must have its data alone takes over from another while requests wait, and none is lost. The app
// holds a lock on a file of the volume and does not start without it, so no two releases ever ran at once.
func TestHeldRequests(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard().with("LOCK", "/data/lock").with("BOOT", "200ms")
	a.count = 1
	a.service = "  mount \"/data\" {\n    volume    = volume.data\n    exclusive = true\n  }\n"
	a.more = "volume \"data\" {}\n"
	d.recipe(a.at("r0"))
	d.apply()
	cycles := 10
	if testing.Short() {
		cycles = 2
	}
	w := d.watch(d.traffic(40))
	for i := 1; i <= cycles; i++ {
		release := fmt.Sprintf("r%d", i)
		d.recipe(a.at(release))
		if o := d.apply(); w.lost() > 0 || !strings.Contains(o.stdout, "requests wait, for at most 30s") {
			t.Fatalf("release %s, %d lost\n%s\n%s", release, w.lost(), w.clients.Snapshot(), o)
		}
		d.serves(release)
		w.answered(5)
	}
	r := w.nothingLost()
	if len(r.Releases) != 1+cycles {
		t.Errorf("answers came from %v", r.Releases)
	}
	d.settled()

	w = d.watch(d.traffic(40)) // and back, from a release that does not become healthy
	unfit := a.at("unfit").with("HEALTH", "fail")
	unfit.edit = func(text string) string { return strings.Replace(text, `"20s"`, `"1s"`, 1) }
	d.recipe(unfit)
	d.must(1, "apply", "--auto-approve")
	w.answered(5)
	w.nothingLost()
}

// comesBack waits for a release that was started again to pass the proxy's checks.
func (d *deploy) comesBack(release string) {
	d.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if got, err := answer(d.port, "/release"); err == nil && got == release {
			return
		}
	}
	d.serves(release)
}
