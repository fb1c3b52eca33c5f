package proxytest

import (
	"fmt"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// holdUnderLoad has one app at a time, as one that has its data alone: the old one ends before the next one starts,
// and requests wait meanwhile.
func holdUnderLoad(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	old := rig.Start(t, "r0")
	put(t, edge, simple("shop", port, "", old))
	l := startLoad(rig, port)
	side := proxy.A
	set := func(change func(*proxy.Site)) {
		t.Helper()
		if out := update(t, edge, "shop", edit(change)); out.Reloaded {
			t.Error("a switch came with a reload")
		}
	}
	for n := 1; n <= 4; n++ {
		next := side.Other()
		set(func(s *proxy.Site) { s.Groups[0].Until = until(t, edge, 20*time.Second) })
		set(func(s *proxy.Site) { s.Services[0].Side(side).Servers[0].State = proxy.Draining })
		if left, err := edge.Drain(t.Context(), ids("shop", side, 1), 10*time.Second, nil); left != 0 || err != nil {
			t.Fatalf("drain: %d left, %v", left, err)
		}
		old.Stop()
		set(func(s *proxy.Site) { s.Services[0].Side(side).Servers[0].State = proxy.Maint })
		time.Sleep(150 * time.Millisecond) // nobody is there
		old = rig.Start(t, fmt.Sprintf("r%d", n))
		set(func(s *proxy.Site) { *s.Services[0].Side(next) = backend(fmt.Sprint(n), proxy.Maint, old) })
		set(func(s *proxy.Site) {
			s.Services[0].Side(next).Servers[0].State = proxy.Ready
			s.Groups[0].Percent, s.Groups[0].Until = 100-s.Groups[0].Percent, 0
		})
		side = next
		expect(t, rig, port, "", "/", fmt.Sprintf("r%d", n))
		time.Sleep(20 * time.Millisecond)
	}
	l.end(t)
}

// holdTCP has a connection in tcp mode wait.
func holdTCP(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Ports[0].Mode, site.Services[0].Mode = proxy.TCP, proxy.TCP
	site.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "b"))
	site.Groups[0].Until = until(t, edge, 20*time.Second)
	put(t, edge, site)
	answer := make(chan string, 1)
	go func() {
		client := rig.Client(port, false)
		defer client.Close()
		status, body, err := client.Get("", "/")
		answer <- fmt.Sprint(status, " ", body, " ", err)
	}()
	select {
	case got := <-answer:
		t.Fatalf("it did not wait: %s", got)
	case <-time.After(200 * time.Millisecond):
	}
	site.Groups[0].Percent, site.Groups[0].Until = 100, 0
	put(t, edge, site)
	if got := <-answer; got != "200 b <nil>" {
		t.Errorf("what waited: %s", got)
	}
}

// holdEnds has a hold end by itself, and requests go on to what there is.
func holdEnds(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Groups[0].Until = until(t, edge, 2*time.Second)
	put(t, edge, site)
	began := time.Now()
	expect(t, rig, port, "", "/", "a")
	if took := time.Since(began); took < 500*time.Millisecond {
		t.Errorf("a request waited for %s alone", took)
	}
	expect(t, rig, port, "", "/", "a")
	sites, err := edge.Sites(t.Context())
	if err != nil || len(sites) != 1 || sites[0].Groups[0].Until != site.Groups[0].Until {
		t.Errorf("the files say %+v, %v", sites, err)
	}
}

// reloadWhileHeld has others reload the edge, twice, while requests wait. They go to the release that comes.
func reloadWhileHeld(t *testing.T, rig Rig) {
	for _, mode := range []proxy.Mode{proxy.HTTP, proxy.TCP} {
		port, edge := rig.Port(t), rig.Edge()
		old := rig.Start(t, "a")
		site := simple("shop", port, "", old)
		site.Ports[0].Mode, site.Services[0].Mode = mode, mode
		put(t, edge, site)
		site.Groups[0].Until = until(t, edge, time.Minute)
		put(t, edge, site)
		const clients = 3
		answers := make(chan string, clients)
		for range clients {
			client := rig.Client(port, false)
			go func() {
				status, body, err := client.Get("", "/")
				answers <- fmt.Sprint(status, " ", body, " ", err)
			}()
			select {
			case got := <-answers:
				t.Fatalf("%s: it did not wait: %s", mode, got)
			case <-time.After(100 * time.Millisecond):
			}
			rig.Reload(t)
		}
		old.Stop()
		site.Groups[0].Percent, site.Groups[0].Until = 100, 0
		site.Services[0].A.Servers[0].State = proxy.Maint
		site.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "b"))
		put(t, edge, site)
		for range clients {
			if got := <-answers; got != "200 b <nil>" {
				t.Errorf("%s: what waited: %s", mode, got)
			}
		}
		if err := edge.Remove(t.Context(), "shop"); err != nil {
			t.Fatal(err)
		}
	}
}

func until(t testing.TB, edge proxy.Edge, in time.Duration) int64 {
	t.Helper()
	now, err := edge.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return now.Add(in).Unix()
}
