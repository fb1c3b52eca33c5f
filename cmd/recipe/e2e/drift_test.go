package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// Whatever somebody did to the recipe's objects behind its back, a plan tells it and an apply mends it.
func TestDrift(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.more = fmt.Sprintf(`
service "other" {
  image = image.web
  env   = { RELEASE = "other" }
  expose "http" { port = 8080 }
  stop { timeout = "2s" }
}
port "other" {
  listen = %d
  route { to = service.other.http }
}
`, freePort(t))
	d.recipe(a)
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
	edited := func(name string, edit func(string) string) {
		_, text := d.fileIn(d.edge, helper.EdgeDir+"/"+name)
		d.edgeFile(name, edit(text))
	}
	for _, drift := range []struct {
		name string
		do   func(context.Context)
		says string // of what others changed, empty where that is of nothing that is recorded
	}{
		{"a replica is removed", func(ctx context.Context) { need(d.engine.RemoveContainer(ctx, replica().ID)) }, "was removed; it is made anew"},
		{"a replica is stopped", func(ctx context.Context) { need(d.engine.StopContainer(ctx, replica().ID, "", time.Second)) },
			"was stopped or killed, exit code 0; it is started again"},
		{"a replica has another restart policy", func(ctx context.Context) {
			need(d.engine.UpdateContainer(ctx, replica().ID, engine.Limits{}, "no"))
		}, `restart: was applied as "unless-stopped", is "no" now, becomes "unless-stopped"`},
		{"a replica has a limit that the recipe does not set", func(ctx context.Context) {
			need(d.engine.UpdateContainer(ctx, replica().ID, engine.Limits{PIDs: 50}, "no"))
		}, "limits.pids: was applied as (not set), is 50 now, stays so"},
		{"a replica is on no network", func(ctx context.Context) { need(d.engine.Disconnect(ctx, d.name+"-default", replica().ID)) },
			"was disconnected from network NAME-default; it is connected again"},
		{"a replica is on another network", func(ctx context.Context) {
			need(d.engine.Connect(ctx, "bridge", replica().ID, engine.Endpoint{}))
		}, "was connected to network bridge; it is disconnected from it"},
		{"a replica is on its network at another address", func(ctx context.Context) {
			c := replica()
			need(d.engine.Disconnect(ctx, d.name+"-default", c.ID))
			need(d.engine.Connect(ctx, d.name+"-default", c.ID, engine.Endpoint{}))
		}, "it gets its own address back"},
		{"an image is retagged", func(ctx context.Context) {
			image, err := d.engine.Image(ctx, stage.ProxyImage(ctx, d.engine))
			need(err)
			need(d.engine.Tag(ctx, image.ID, replica().Image))
		}, "was given to another image; it is built again"},
		{"a route is led elsewhere", func(context.Context) {
			edited(fmt.Sprintf("maps/port-%d.map", d.port), func(text string) string {
				return strings.ReplaceAll(text, d.name+"/web|"+d.name+".web.http", d.name+"/other|"+d.name+".other.http")
			})
		}, "port.web was changed on the edge, by hand or by an apply that was broken off: http PORT: / to other.http; it becomes http PORT: / to web.http again"},
		{"a line is added on the edge", func(context.Context) {
			edited("cfg/20-"+d.name+".cfg", func(text string) string { return text + "    timeout server 7s\n" })
		}, "cfg/20-NAME.cfg was edited, or written by another version of recipe; it becomes as recipe writes it"},
		{"all replicas are removed", func(ctx context.Context) {
			for _, c := range d.running("web") {
				need(d.engine.RemoveContainer(ctx, c.ID))
			}
		}, "was removed; it is made anew"},
		{"the edge is stopped", func(ctx context.Context) { need(d.engine.StopContainer(ctx, d.edge, "", time.Second)) }, ""},
		{"the edge is removed", func(ctx context.Context) { need(d.engine.RemoveContainer(ctx, d.edge)) }, ""},
		{"the edge is removed with its files", func(ctx context.Context) {
			need(d.engine.RemoveContainer(ctx, d.edge))
			need(d.engine.RemoveVolume(ctx, d.edge))
		}, "was taken off the edge; it is opened again"},
	} {
		before := len(d.containers())
		drift.do(t.Context())
		told := d.must(2, "plan", "--detailed-exitcode")
		if says := flat(d.fill(drift.says)); says != "" && (!strings.HasPrefix(told.stdout, "Changed outside of recipe") || !strings.Contains(flat(told.stdout), says)) {
			t.Errorf("%s: the plan does not say %q\n%s", drift.name, says, told)
		}
		o := d.run("apply", "--auto-approve")
		if d.serves("r1"); o.code != 0 || t.Failed() {
			t.Fatalf("%s: %s", drift.name, o)
		}
		d.settled()
		if after := len(d.containers()); after != before || len(d.running("web")) != 2 {
			t.Errorf("%s: %d containers are left of %d", drift.name, after, before)
		}
	}
	need(d.engine.RemoveContainer(t.Context(), d.name+"-record"))
	need(d.engine.RemoveVolume(t.Context(), d.name+"-record"))
	d.settled() // a lost record costs explanations only
}
