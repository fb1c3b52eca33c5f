package proxytest

import (
	"fmt"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// switchUnderLoad lets releases take over from one another as an apply does, the old app ending at once
// after its drain.
func switchUnderLoad(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	old := rig.Start(t, "r0")
	put(t, edge, simple("shop", port, "", old))
	l := startLoad(rig, port)
	side := proxy.A
	for n := 1; n <= 6; n++ {
		app := rig.Start(t, fmt.Sprintf("r%d", n))
		next := side.Other()
		set := func(change func(*proxy.Site)) {
			t.Helper()
			if out := update(t, edge, "shop", edit(change)); out.Reloaded {
				t.Error("a switch came with a reload")
			}
		}
		set(func(s *proxy.Site) { *s.Services[0].Side(next) = backend(fmt.Sprint(n), proxy.Draining, app) })
		set(func(s *proxy.Site) {
			s.Services[0].Side(next).Servers[0].State = proxy.Ready
			s.Services[0].Side(side).Servers[0].State = proxy.Draining
			s.Groups[0].Percent = 100 - s.Groups[0].Percent
		})
		if left, err := edge.Drain(t.Context(), ids("shop", side, 1), time.Minute, nil); left != 0 || err != nil {
			t.Fatalf("drain: %d left, %v", left, err)
		}
		old.Stop()
		set(func(s *proxy.Site) { *s.Services[0].Side(side) = proxy.Backend{} })
		old, side = app, next
		time.Sleep(20 * time.Millisecond)
	}
	l.end(t)
	expect(t, rig, port, "", "/", "r6")
}

// reloadUnderLoad changes structure, of this recipe and of others, while requests come in.
func reloadUnderLoad(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	app := rig.Start(t, "a")
	put(t, edge, simple("shop", port, "", app))
	l := startLoad(rig, port)
	for n := range 4 {
		if out := put(t, edge, simple(fmt.Sprint("other", n), rig.Port(t), "", app)); !out.Reloaded {
			t.Error("a new port came without a reload")
		}
		if n%2 == 1 {
			rig.Reload(t)
		}
		time.Sleep(20 * time.Millisecond)
	}
	l.end(t)
}

// failover wants the other side to serve while all of the live side is dead, and no longer.
func failover(t *testing.T, rig Rig) {
	port := rig.Port(t)
	a, b := []App{rig.Start(t, "a1"), rig.Start(t, "a2")}, rig.Start(t, "b")
	site := simple("shop", port, "", a...)
	site.Services[0].B = backend("2", proxy.Ready, b)
	put(t, rig.Edge(), site)
	answers := func(want string) func() bool {
		client := rig.Client(port, false)
		return func() bool {
			_, body, err := client.Get("", "/")
			return err == nil && body == want
		}
	}
	a[0].Stop()
	eventually(t, "the other replica serves", answers("a2"))
	a[1].Stop()
	eventually(t, "the other side serves", answers("b"))
	for range 20 {
		expect(t, rig, port, "", "/", "b")
	}
	for _, other := range []string{"blog", "wiki", "docs"} { // each comes with a reload
		put(t, rig.Edge(), simple(other, rig.Port(t), "", b))
		for range 20 {
			expect(t, rig, port, "", "/", "b")
		}
	}
	a[0].Resume()
	eventually(t, "the live side serves again", answers("a1"))
	time.Sleep(100 * time.Millisecond)
	for range 20 {
		expect(t, rig, port, "", "/", "a1")
	}
}

// standby keeps since when a side stands by, over whatever others change, until the side has no server that is ready or
// gets traffic.
func standby(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	since := time.Date(2026, 11, 23, 18, 0, 0, 1, time.UTC)
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "b"))
	site.Groups[0].Standby = since
	put(t, edge, site)
	want := func(what string, side proxy.Side, stands bool) {
		t.Helper()
		sites, err := edge.Sites(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sites {
			if s.Recipe != "shop" {
				continue
			}
			got, at, ok := s.StandsBy("web")
			if ok != stands || ok && (got != side || !at.Equal(since.Truncate(time.Second))) || !ok && !s.Groups[0].Standby.IsZero() {
				t.Errorf("%s: side %q stands by since %v (%v): %+v", what, got, at, ok, s.Groups)
			}
		}
	}
	want("written", proxy.B, true)
	expect(t, rig, port, "", "/", "a")
	put(t, edge, simple("blog", rig.Port(t), "", rig.Start(t, "other")))
	rig.Reload(t)
	want("after a reload", proxy.B, true)
	if out := update(t, edge, "shop", edit(func(s *proxy.Site) { s.Groups[0].Percent, s.Groups[0].Standby = 100, since })); out.Reloaded {
		t.Error("standing by came with a reload")
	}
	want("the other way round", proxy.A, true)
	expect(t, rig, port, "", "/", "b")
	update(t, edge, "shop", edit(func(s *proxy.Site) { s.Groups[0].Percent = 50 }))
	want("with traffic on both sides", "", false)
	update(t, edge, "shop", edit(func(s *proxy.Site) { s.Groups[0].Percent, s.Groups[0].Standby = 100, since }))
	update(t, edge, "shop", edit(func(s *proxy.Site) { s.Services[0].A.Servers[0].State = proxy.Draining }))
	want("drained", "", false)
}

// slow begins a request that waits in the app; the channel gives its answer.
func slow(t *testing.T, rig Rig, port int, app App) (release func(), answer <-chan string) {
	release = app.Hold()
	done := make(chan string, 1)
	go func() {
		client := rig.Client(port, false)
		defer client.Close()
		status, body, err := client.Get("", "/slow")
		done <- fmt.Sprint(status, " ", body, " ", err)
	}()
	eventually(t, "the request reaches the app", func() bool { return app.Held() == 1 })
	return release, done
}

func drainWaits(t *testing.T, rig Rig) { drain(t, rig, func(int) {}) }
func drainWaitsAcrossReload(t *testing.T, rig Rig) {
	drain(t, rig, func(n int) {
		rig.Reload(t)
		put(t, rig.Edge(), simple(fmt.Sprint("other", n), rig.Port(t), "", rig.Start(t, "other")))
	})
}

func drain(t *testing.T, rig Rig, meanwhile func(int)) {
	port, edge := rig.Port(t), rig.Edge()
	a, b := rig.Start(t, "a"), rig.Start(t, "b")
	site := simple("shop", port, "", a)
	site.Services[0].B = backend("2", proxy.Ready, b)
	put(t, edge, site)
	release, answer := slow(t, rig, port, a)
	update(t, edge, "shop", edit(func(s *proxy.Site) {
		s.Groups[0].Percent = 100
		s.Services[0].A.Servers[0].State = proxy.Draining
	}))
	type result struct {
		left int
		err  error
	}
	drained := make(chan result, 1)
	go func() {
		left, err := edge.Drain(t.Context(), ids("shop", proxy.A, 1), time.Minute, nil)
		drained <- result{left, err}
	}()
	for n := range 2 {
		meanwhile(n)
		expect(t, rig, port, "", "/", "b")
		select {
		case r := <-drained:
			t.Fatalf("drained with a request open: %d left, %v", r.left, r.err)
		case <-time.After(200 * time.Millisecond):
		}
	}
	release()
	if got := <-answer; got != "200 a <nil>" {
		t.Errorf("the slow request: %s", got)
	}
	if r := <-drained; r.left != 0 || r.err != nil {
		t.Errorf("drain: %d left, %v", r.left, r.err)
	}
}

func drainGivesUp(t *testing.T, rig Rig) {
	port := rig.Port(t)
	a := rig.Start(t, "a")
	put(t, rig.Edge(), simple("shop", port, "", a))
	release, answer := slow(t, rig, port, a)
	var seen []int
	left, err := rig.Edge().Drain(t.Context(), ids("shop", proxy.A, 4), 50*time.Millisecond, func(open int) { seen = append(seen, open) })
	if left != 1 || err != nil || len(seen) != 1 || seen[0] != 1 {
		t.Errorf("%d left, %v, progress %v", left, err, seen)
	}
	release()
	<-answer
}
