package proxytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// slotReuse puts new servers into slots: never into one that may still carry requests.
func slotReuse(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	put(t, edge, simple("shop", port, "", rig.Start(t, "a1"), rig.Start(t, "a2")))
	app := rig.Start(t, "a3")
	first := func(state proxy.State, app App) func(*proxy.Site) error {
		return edit(func(s *proxy.Site) {
			s.Services[0].A.Servers[0].State = state
			if app != nil {
				s.Services[0].A.Servers[0].Address = app.Address()
			}
		})
	}
	if _, err := edge.Update(t.Context(), "shop", first(proxy.Ready, app)); !errors.Is(err, proxy.ErrInUse) {
		t.Errorf("a slot in use: %v", err)
	}
	for _, state := range []proxy.State{proxy.Draining, proxy.Maint} {
		update(t, edge, "shop", first(state, nil))
		if got := count(t, rig, port, 20); got["a2"] != 20 {
			t.Errorf("with a1 in %s: %v", state, got)
		}
	}
	if out := update(t, edge, "shop", first(proxy.Ready, app)); out.Reloaded {
		t.Error("a new address in a free slot came with a reload")
	}
	if got := count(t, rig, port, 40); got["a1"] != 0 || got["a3"] == 0 || got["a2"] == 0 {
		t.Errorf("with a3 in the place of a1: %v", got)
	}
	if out := update(t, edge, "shop", edit(func(s *proxy.Site) {
		s.Services[0].A.Servers = append(s.Services[0].A.Servers, proxy.Server{Slot: 3, Address: rig.Start(t, "a4").Address(), State: proxy.Ready})
	})); out.Reloaded {
		t.Error("a third replica came with a reload")
	}
	if got := count(t, rig, port, 60); got["a4"] == 0 {
		t.Errorf("with a third replica: %v", got)
	}
}

func removeLeavesOthers(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	put(t, edge, simple("shop", port, "shop", rig.Start(t, "shop")))
	put(t, edge, simple("blog", port, "blog", rig.Start(t, "blog")))
	expect(t, rig, port, "shop", "/", "shop")
	if err := edge.Remove(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	expect(t, rig, port, "blog", "/", "blog")
	if status, _ := get(t, rig, port, "shop", "/"); status != 404 {
		t.Errorf("a removed recipe's route answers %d", status)
	}
	if err := edge.Remove(t.Context(), "shop"); err != nil {
		t.Errorf("removed again: %v", err)
	}
	if sites, err := edge.Sites(t.Context()); err != nil || len(sites) != 1 || sites[0].Recipe != "blog" {
		t.Errorf("left: %v, %v", sites, err)
	}
	put(t, edge, simple("shop", port, "shop", rig.Start(t, "back")))
	expect(t, rig, port, "shop", "/", "back")
}

func claims(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	app := rig.Start(t, "shop")
	put(t, edge, simple("shop", port, "shop", app))
	mode := simple("blog", port, "blog", app)
	mode.Ports[0].Mode, mode.Services[0].Mode = proxy.TCP, proxy.TCP
	mode.Ports[0].Routes[0].Host = ""
	every := simple("blog", port, "blog", app)
	every.Ports[0].Address = ""
	for name, site := range map[string]proxy.Site{"route": simple("blog", port, "SHOP", app), "mode": mode, "address": every} {
		_, err := edge.Update(t.Context(), "blog", to(site))
		if !errors.Is(err, proxy.ErrClaimed) || !strings.Contains(err.Error(), "shop") || !strings.Contains(err.Error(), "blog") {
			t.Errorf("%s: %v", name, err)
		}
	}
	expect(t, rig, port, "shop", "/", "shop")
	if sites, _ := edge.Sites(t.Context()); len(sites) != 1 {
		t.Errorf("refused claims left %v", sites)
	}
}

func invalid(t *testing.T, rig Rig) {
	site := simple("shop", rig.Port(t), "", rig.Start(t, "a"))
	site.Ports[0].Routes[0].Host = "a\nb"
	if _, err := rig.Edge().Update(t.Context(), "shop", to(site)); !errors.Is(err, proxy.ErrInvalid) {
		t.Errorf("an invalid site: %v", err)
	}
}

func refusedLeavesAll(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	site := simple("shop", port, "", rig.Start(t, "a"))
	put(t, edge, site)
	before, _ := edge.Files(t.Context())
	l := startLoad(rig, port)
	rig.Refuse(true)
	out, err := edge.Update(t.Context(), "blog", to(simple("blog", rig.Port(t), "", rig.Start(t, "b"))))
	if !errors.Is(err, proxy.ErrRefused) || out != (proxy.Outcome{}) {
		t.Errorf("a refused configuration: %+v, %v", out, err)
	}
	rig.Refuse(false)
	l.end(t)
	if after, _ := edge.Files(t.Context()); !cmp.Equal(before, after) {
		t.Errorf("a refused configuration changed files:\n%s", cmp.Diff(before, after))
	}
	blog := simple("blog", rig.Port(t), "", rig.Start(t, "b"))
	put(t, edge, blog)
	expect(t, rig, blog.Ports[0].Listen, "", "/", "b")
}

// reloadByOthers checks that a new worker begins with what is meant.
func reloadByOthers(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	put(t, edge, simple("shop", port, "", rig.Start(t, "a")))
	update(t, edge, "shop", edit(func(s *proxy.Site) {
		s.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "b1"), rig.Start(t, "b2"))
		s.Services[0].B.Servers[1].State = proxy.Draining
		s.Groups[0].Percent = 100
	}))
	for range 2 {
		rig.Reload(t)
		if got := count(t, rig, port, 30); got["b1"] != 30 {
			t.Errorf("after a reload: %v", got)
		}
		if out := update(t, edge, "shop", edit(func(*proxy.Site) {})); out != (proxy.Outcome{}) {
			t.Errorf("bringing the runtime in line: %+v", out)
		}
		if got := count(t, rig, port, 30); got["b1"] != 30 {
			t.Errorf("after bringing the runtime in line: %v", got)
		}
	}
	if out := update(t, edge, "shop", edit(func(s *proxy.Site) { s.Services[0].B.Servers[1].State = proxy.Ready })); out.Reloaded {
		t.Error("a server made ready came with a reload")
	}
	if got := count(t, rig, port, 40); got["b2"] == 0 {
		t.Errorf("with b2 ready: %v", got)
	}
}

func nothingChanges(t *testing.T, rig Rig) {
	site := simple("shop", rig.Port(t), "", rig.Start(t, "a"))
	put(t, rig.Edge(), site)
	if out := put(t, rig.Edge(), site); out != (proxy.Outcome{}) {
		t.Errorf("the same site again: %+v", out)
	}
	if out := update(t, rig.Edge(), "nobody", edit(func(*proxy.Site) {})); out != (proxy.Outcome{}) {
		t.Errorf("no site: %+v", out)
	}
}

func changeFails(t *testing.T, rig Rig) {
	mine := errors.New("mine")
	put(t, rig.Edge(), simple("shop", rig.Port(t), "", rig.Start(t, "a")))
	out, err := rig.Edge().Update(t.Context(), "shop", func(s *proxy.Site) error {
		*s = proxy.Site{}
		return mine
	})
	if !errors.Is(err, mine) || out != (proxy.Outcome{}) {
		t.Errorf("%+v, %v", out, err)
	}
	if sites, _ := rig.Edge().Sites(t.Context()); len(sites) != 1 || len(sites[0].Services) != 1 {
		t.Errorf("a change that failed left %v", sites)
	}
}

// manyAtOnce has recipes that share a port come and move at the same time.
func manyAtOnce(t *testing.T, rig Rig) {
	port := rig.Port(t)
	var all sync.WaitGroup
	for n := range 6 {
		recipe := fmt.Sprint("r", n)
		site := simple(recipe, port, recipe, rig.Start(t, recipe+"a"))
		site.Services[0].B = backend("2", proxy.Ready, rig.Start(t, recipe+"b"))
		all.Go(func() {
			for _, site.Groups[0].Percent = range []int{0, 50, 100} {
				if _, err := rig.Edge().Update(context.Background(), recipe, to(site)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for n := range 6 {
		recipe := fmt.Sprint("r", n)
		expect(t, rig, port, recipe, "/", recipe+"b")
	}
}

func stats(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	a := rig.Start(t, "a")
	put(t, edge, simple("shop", port, "", a))
	const n = 10
	count(t, rig, port, n)
	release, answer := slow(t, rig, port, a)
	id := ids("shop", proxy.A, 1)[0]
	for _, when := range []string{"at once", "after a reload"} {
		all, err := edge.Stats(t.Context(), []proxy.ServerID{id})
		if err != nil {
			t.Fatal(err)
		}
		if s := all[id]; s.Responses[2] != n || s.Sessions != n+1 || s.Active != 1 || !s.Up {
			t.Errorf("%s: %+v", when, s)
		}
		rig.Reload(t)
	}
	release()
	<-answer
	eventually(t, "a check", func() bool {
		all, err := edge.Stats(t.Context(), []proxy.ServerID{id})
		return err == nil && all[id].Check == "L7OK" && all[id].Up
	})
}
