package proxytest

import (
	"context"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// check watches often, so that cases need not wait. On a busy machine an answer takes long: one that stopped refuses at once.
func check() *proxy.Check {
	return &proxy.Check{Path: "/up", Interval: 50 * time.Millisecond, Timeout: 30 * time.Second, Retries: 2}
}

// backend holds apps in slots from 1, all in one state.
func backend(release string, state proxy.State, apps ...App) proxy.Backend {
	b := proxy.Backend{Release: release, Check: check()}
	for i, app := range apps {
		b.Servers = append(b.Servers, proxy.Server{Slot: i + 1, Address: app.Address(), State: state})
	}
	return b
}

// simple is a site with one service, web.http, whose side a has the apps ready.
func simple(recipe string, port int, host string, apps ...App) proxy.Site {
	return proxy.Site{
		Recipe:   recipe,
		Ports:    []proxy.Port{{Name: "web", Listen: port, Address: "127.0.0.1", Mode: proxy.HTTP, Routes: []proxy.Route{{Host: host, Service: "web.http"}}}},
		Groups:   []proxy.Group{{Name: "web"}},
		Services: []proxy.Service{{Name: "web.http", Group: "web", Mode: proxy.HTTP, A: backend("1", proxy.Ready, apps...)}},
	}
}

// to changes a site into another one.
func to(site proxy.Site) func(*proxy.Site) error {
	return func(s *proxy.Site) error {
		*s = site.Clone()
		return nil
	}
}

// put updates a recipe's site and fails the test where the edge does not.
func put(t testing.TB, edge proxy.Edge, site proxy.Site) proxy.Outcome {
	t.Helper()
	return update(t, edge, site.Recipe, to(site))
}

func update(t testing.TB, edge proxy.Edge, recipe string, change func(*proxy.Site) error) proxy.Outcome {
	t.Helper()
	out, err := edge.Update(context.Background(), recipe, change)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// edit is a change that cannot fail.
func edit(change func(*proxy.Site)) func(*proxy.Site) error {
	return func(s *proxy.Site) error {
		change(s)
		return nil
	}
}

// ids are the servers in the first slots of a side of web.http.
func ids(recipe string, side proxy.Side, slots int) []proxy.ServerID {
	var all []proxy.ServerID
	for slot := 1; slot <= slots; slot++ {
		all = append(all, proxy.ServerID{Recipe: recipe, Service: "web.http", Side: side, Slot: slot})
	}
	return all
}

// get is one request by a client of its own.
func get(t testing.TB, rig Rig, port int, host, path string) (int, string) {
	t.Helper()
	client := rig.Client(port, false)
	defer client.Close()
	status, body, err := client.Get(host, path)
	if err != nil {
		t.Fatalf("GET %s%s: %v", host, path, err)
	}
	return status, body
}

// expect checks who answers.
func expect(t testing.TB, rig Rig, port int, host, path, want string) {
	t.Helper()
	if status, body := get(t, rig, port, host, path); status != 200 || body != want {
		t.Errorf("GET %s%s: %d %q, want %q", host, path, status, body, want)
	}
}

// count tells how many of n requests each backend answered.
func count(t testing.TB, rig Rig, port, n int) map[string]int {
	t.Helper()
	client := rig.Client(port, true)
	defer client.Close()
	answers := map[string]int{}
	for range n {
		_, body, err := client.Get("", "/")
		if err != nil {
			t.Fatal(err)
		}
		answers[body]++
	}
	return answers
}

// eventually waits for what takes a few checks or a request's way.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: did not happen", what)
		}
	}
}
