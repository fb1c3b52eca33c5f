package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// What leads to an app changes without a gap: a service under another name, a port to another service and back,
// a number that a port leaves for another one.
func TestDoorsMoveWithoutAGap(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	other := freePort(t)
	a := standard()
	a.count = 1
	rename := func(text string) string {
		return strings.NewReplacer(`service "web"`, `service "app"`, "service.web", "service.app").Replace(text)
	}
	d.recipe(a)
	d.apply()
	w := d.watch(d.traffic(80))
	for _, step := range []struct {
		name   string
		change func(*app)
		serves string
	}{
		{"the service gets another name", func(a *app) { a.edit = rename }, "r1"},
		{"and another release", func(a *app) { a.release = "r2" }, "r2"},
		{"one more port opens", func(a *app) {
			a.more = strings.Replace(secondRoute(d), "service.web", "service.app", 1)
		}, "r2"},
		{"it closes", func(a *app) { a.more = "" }, "r2"},
		{"the ports lead to another service", func(a *app) {
			a.more = `
service "fresh" {
  image = image.web
  env   = { RELEASE = "fresh", TCP_PORT = "9000" }
  expose "http" { port = 8080 }
  expose "raw" { port = 9000 }
  health {
    http     = { port = "http", path = "/up" }
    interval = "100ms"
  }
}
`
			a.edit = func(text string) string {
				return strings.NewReplacer("to = service.app.", "to = service.fresh.").Replace(rename(text))
			}
		}, "fresh"},
		{"and back", func(a *app) { a.more, a.edit = "", rename }, "r2"},
		{"the blocks of the ports change their names", func(a *app) {
			a.edit = func(text string) string {
				return strings.NewReplacer(`port "web"`, `port "door"`, `port "raw"`, `port "web"`).Replace(rename(text))
			}
		}, "r2"},
	} {
		step.change(&a)
		d.recipe(a)
		o := d.run("apply", "--auto-approve")
		if d.serves(step.serves); o.code != 0 || t.Failed() {
			t.Fatalf("%s\n%s", step.name, o)
		}
		d.settled()
		w.answered(40)
		if w.lost() > 0 {
			t.Fatalf("%s: requests were lost\n%s\n%s", step.name, w.clients.Snapshot(), o)
		}
	}
	w.nothingLost()
	// A port that takes another number: the old one closes, the new one serves.
	a.edit = func(text string) string {
		return strings.Replace(rename(text), fmt.Sprintf("listen = %d\n", d.port), fmt.Sprintf("listen = %d\n", other), 1)
	}
	d.recipe(a)
	d.apply()
	if got, err := answer(other, "/release"); got != "r2" || err != nil {
		t.Errorf("%q answers at the new port (%v)", got, err)
	}
	if _, err := answer(d.port, "/release"); err == nil {
		t.Error("the old port still answers")
	}
	d.settled()
}
