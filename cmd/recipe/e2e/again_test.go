package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// After an apply there is nothing to do: a plan says so and exits with 0, an apply touches nothing. A change is
// told apart by the exit code, and shows itself.
func TestSecondPlanIsEmpty(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.switchover = "  before = [job.migrate]\n"
	a.more = `
job "migrate" {
  image   = image.web
  command = ["migrate"]
}

service "worker" {
  image   = image.web
  command = ["worker"]
  mount "/data" { volume = volume.data }
}

volume "data" {}
output "address" { value = "http://127.0.0.1:${port.web.listen}" }
`
	d.recipe(a)
	d.apply()
	before := d.containers()
	for _, args := range [][]string{{"plan"}, {"plan", "--detailed-exitcode"}, {"apply"}, {"apply", "--auto-approve"}} {
		if o := d.must(0, args...); !strings.HasPrefix(o.stdout, "No changes.") {
			t.Errorf("there is something to do\n%s", o)
		}
	}
	for name, c := range d.containers() {
		if was, ok := before[name]; !ok || was.ID != c.ID || !was.Started.Equal(c.Started) {
			t.Errorf("%s is not as it was: %+v, before %+v", name, c, was)
		}
	}
	if after := slices.Sorted(maps.Keys(d.containers())); len(after) != len(before) {
		t.Errorf("there are %q now", after)
	}
	// Equal meanings are no change.
	a.edit = func(text string) string {
		return strings.NewReplacer(`"100ms"`, `"0.1s"`, `"20s"`, `"20000ms"`, `"10s"`, `"0m10s"`).Replace(text)
	}
	d.recipe(a)
	d.settled()
	a.edit = nil
	d.recipe(a.at("r2"))
	if o := d.must(0, "plan"); !strings.Contains(o.stdout, `"r1" -> "r2"`) {
		t.Errorf("the change is not shown\n%s", o)
	}
	d.must(2, "plan", "--detailed-exitcode")
	d.serves("r1")
	d.apply()
	d.settled()
	d.serves("r2")
}
