package proxytest

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// canary is a site whose side a has all requests but those that ask for the other one.
func canary(t *testing.T, rig Rig, port int) proxy.Site {
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "b"))
	site.Groups[0].Match = []proxy.Match{{Header: "X-Canary", Value: "1"}, {Cookie: "beta", Value: "yes"}}
	return site
}

// match leads requests by what they carry, and begins and ends without a reload.
func match(t *testing.T, rig Rig) {
	port := rig.Port(t)
	site := canary(t, rig, port)
	put(t, rig.Edge(), site)
	client := rig.Client(port, true)
	defer client.Close()
	ask := func(want string, headers ...string) {
		t.Helper()
		if status, body, err := client.Get("", "/", headers...); err != nil || status != 200 || body != want {
			t.Errorf("with %q: %d %q, %v, want %q", headers, status, body, err, want)
		}
	}
	ask("a", "X-Canary: 1")
	for range 2 {
		for _, percent := range []int{0, 100} {
			if out := update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) {
				s.Groups[0].Percent = percent
				s.Groups[0].Lead(proxy.B, []proxy.Match{{Header: "x-canary", Value: "1"}, {Cookie: "beta", Value: "yes"}})
			})); out.Reloaded {
				t.Error("a match that comes into force came with a reload")
			}
			rest := map[int]string{0: "a", 100: "b"}[percent]
			ask("b", "X-Canary: 1")
			ask("b", "x-canary: 1", "Cookie: beta=no")
			ask("b", "Cookie: beta=yes")
			ask(rest)
			ask(rest, "X-Canary: 0", "Cookie: beta=no")
			ask(rest, "X-Other: 1", "Cookie: x=yes")
		}
		rig.Reload(t)
		ask("b", "X-Canary: 1")
		update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) { s.Groups[0].Percent = 0 }))
	}
	sites, err := rig.Edge().Sites(t.Context())
	if err != nil || len(sites) != 1 || len(sites[0].Groups[0].Match) != 2 || sites[0].Groups[0].Match[0].To != proxy.B {
		t.Errorf("the edge keeps %+v, %v", sites, err)
	}
	if out := update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) { s.Groups[0].Lead("", nil) })); out.Reloaded {
		t.Error("a match that goes out of force came with a reload")
	}
	ask("a", "X-Canary: 1", "Cookie: beta=yes")
	failover := func(s *proxy.Site) {
		s.Groups[0].Lead(proxy.B, s.Groups[0].Match)
		s.Services[0].B.Servers[0].State = proxy.Maint
	}
	update(t, rig.Edge(), "shop", edit(failover))
	ask("a", "X-Canary: 1") // nobody serves there
}

// matchShared has what one recipe looks at leave another's requests on the same port alone.
func matchShared(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	shop := canary(t, rig, port)
	shop.Ports[0].Routes[0].Host = "blog" // a host that is called as the other recipe is
	shop.Groups[0].Lead(proxy.B, shop.Groups[0].Match)
	blog := simple("blog", port, "shop", rig.Start(t, "blog"))
	put(t, edge, blog)
	put(t, edge, shop)
	client := rig.Client(port, true)
	defer client.Close()
	expect := func(host, want string) {
		t.Helper()
		if _, body, err := client.Get(host, "/", "X-Canary: 1"); err != nil || body != want {
			t.Errorf("%s: %q, %v, want %q", host, body, err, want)
		}
	}
	expect("blog", "b")
	expect("shop", "blog")
	if out := put(t, edge, blog); out != (proxy.Outcome{}) {
		t.Errorf("what another recipe looks at makes this one differ: %+v", out)
	}
	if err := edge.Remove(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	expect("shop", "blog")
	if out := put(t, edge, blog); out != (proxy.Outcome{}) {
		t.Errorf("what another recipe looked at makes this one differ: %+v", out)
	}
}

// sticky keeps each client with the release that it was given, while a switch is under way and at no other time.
func sticky(t *testing.T, rig Rig) {
	port := rig.Port(t)
	site := canary(t, rig, port)
	site.Groups[0].Sticky = true
	put(t, rig.Edge(), site)
	ask := func(cookie string, more ...string) (answer, set string) {
		t.Helper()
		client := rig.Client(port, false)
		defer client.Close()
		if cookie != "" {
			more = append(more, "Cookie: "+cookie)
		}
		status, body, err := client.Get("", "/", more...)
		if err != nil || status != 200 {
			t.Fatalf("%d %v", status, err)
		}
		return body, client.Cookie()
	}
	weigh := func(percent int) {
		t.Helper()
		if out := update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) { s.Groups[0].Percent = percent })); out.Reloaded {
			t.Errorf("%d percent came with a reload", percent)
		}
	}
	const old, new = "recipe-shop-web=1", "recipe-shop-web=2"
	if _, set := ask(""); set != "" {
		t.Errorf("with no switch under way, %q was set", set)
	}
	weigh(50)
	for range 20 {
		if answer, set := ask(""); answer == "a" && set != old || answer == "b" && set != new {
			t.Errorf("%s set %q", answer, set)
		}
		for cookie, want := range map[string]string{old: "a", new: "b"} {
			if answer, set := ask(cookie); answer != want || set != "" {
				t.Errorf("with %s: %s, which set %q", cookie, answer, set)
			}
		}
	}
	weigh(99)
	if answer, _ := ask(old); answer != "a" {
		t.Errorf("at another weight a client went from a to %s", answer)
	}
	update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) { s.Groups[0].Lead(proxy.B, s.Groups[0].Match) }))
	if answer, set := ask(old, "X-Canary: 1"); answer != "b" || set != new {
		t.Errorf("asked for by name: %s, which set %q", answer, set)
	}
	update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) { s.Services[0].B.Servers[0].State = proxy.Maint }))
	if answer, _ := ask(new); answer != "a" {
		t.Errorf("where nobody serves any more: %s", answer)
	}
	update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) {
		s.Services[0].B.Servers[0].State = proxy.Ready
		s.Groups[0].Percent = 100
		s.Groups[0].Lead("", nil)
	}))
	if answer, set := ask(old); answer != "b" || set != "" {
		t.Errorf("after the switch: %s, which set %q", answer, set)
	}
}
