package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// Services that one switchover names move in one write, also where only one of them has changed, and lose nothing
// on either's port; so do they when they leave each other or join again.
func TestServicesMoveTogether(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	// The raw port leads to a service of its own, in the same group.
	recipe := func(web, raw, services string) {
		a := standard().at(web)
		a.count, a.drain = 1, "" // the switchover is written here
		a.edit = func(text string) string { return strings.Replace(text, "service.web.raw", "service.raw.raw", 1) }
		a.more = fmt.Sprintf(`
service "raw" {
  image = image.web
  env   = { RELEASE = %q, TCP_PORT = "9000", EXIT = "abrupt" }
  expose "raw" { port = 9000 }
  health {
    tcp      = { port = "raw" }
    interval = "100ms"
  }
}

switchover "both" {
  services = [%s]
  stage "half" {
    weight = 50
    hold   = "300ms"
  }
  stage "full" { weight = 100 }
  drain { timeout = "10s" }
}
`, raw, services)
		d.recipe(a)
	}
	const both = "service.web, service.raw"
	recipe("r1", "r1", both)
	d.apply()
	w := d.watch(d.traffic(80))
	for _, step := range []struct {
		name, web, raw, services string
		moved                    string // the services whose containers change
	}{
		{"both change", "r2", "r2", both, "web raw"},
		{"one changes", "r3", "r2", both, "web"},
		{"the other changes", "r3", "r3", both, "raw"},
		{"one leaves", "r3", "r3", "service.web", ""},
		{"one changes alone", "r3", "r4", "service.web", "raw"},
		{"one joins again", "r3", "r4", both, ""},
		{"both change again", "r5", "r5", both, "web raw"},
	} {
		before := map[string]string{"web": first(d.running("web")), "raw": first(d.running("raw"))}
		recipe(step.web, step.raw, step.services)
		o := d.apply()
		d.settled()
		d.serves(step.web)
		w.answered(40)
		for _, service := range []string{"web", "raw"} {
			is, moved := first(d.running(service)), strings.Contains(step.moved, service)
			if (is != before[service]) != moved {
				t.Errorf("%s: service.%s runs as %s, before as %s\n%s", step.name, service, is, before[service], o)
			}
		}
		if w.lost() > 0 {
			t.Fatalf("%s: requests were lost\n%s\n%s", step.name, w.clients.Snapshot(), o)
		}
	}
	d.must(0, "rollback", "--auto-approve")
	w.nothingLost()
	d.serves("r3")
}

// first is the one name of a map that has one.
func first[T any](m map[string]T) string {
	for name := range m {
		if len(m) == 1 {
			return name
		}
	}
	return fmt.Sprint(len(m), " containers")
}
