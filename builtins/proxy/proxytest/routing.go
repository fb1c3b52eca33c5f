package proxytest

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

func firstSite(t *testing.T, rig Rig) {
	port := rig.Port(t)
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Origin = `git@example.com:shop "x"`
	if out := put(t, rig.Edge(), site); !out.Wrote || !out.Reloaded {
		t.Errorf("a first site came with %+v", out)
	}
	expect(t, rig, port, "", "/", "a")
	sites, err := rig.Edge().Sites(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]proxy.Site{site.Normal()}, sites, cmpopts.EquateComparable(netip.AddrPort{})); diff != "" {
		t.Errorf("sites (-want +got):\n%s", diff)
	}
}

func routes(t *testing.T, rig Rig) {
	port := rig.Port(t)
	site := proxy.Site{Recipe: "shop", Groups: []proxy.Group{{Name: "g"}}}
	listen := proxy.Port{Name: "web", Listen: port, Address: "127.0.0.1", Mode: proxy.HTTP}
	for name, route := range map[string]proxy.Route{
		"root":  {Host: "shop.example.com", Path: "/"},
		"api":   {Host: "Shop.example.com.", Path: "/api/"},
		"v2":    {Host: "shop.example.com", Path: "/api/v2"},
		"any":   {Path: "/pub"},
		"other": {Host: "other.example.com", Path: "/only"},
	} {
		route.Service = name
		site.Services = append(site.Services, proxy.Service{Name: name, Group: "g", Mode: proxy.HTTP, A: backend("1", proxy.Ready, rig.Start(t, name))})
		listen.Routes = append(listen.Routes, route)
	}
	site.Ports = []proxy.Port{listen}
	put(t, rig.Edge(), site)
	for _, c := range []struct{ host, path, want string }{
		{"shop.example.com", "/", "root"},
		{"SHOP.example.com:8080", "/x", "root"},
		{"shop.example.com.", "/", "root"},
		{"shop.example.com", "/api", "api"},
		{"shop.example.com", "/api/", "api"},
		{"shop.example.com", "/api/x?q=/v2", "api"},
		{"shop.example.com", "/apix", "root"},
		{"shop.example.com", "/api/v2/y", "v2"},
		{"shop.example.com", "/api/v22", "api"},
		{"shop.example.com", "/pub", "root"},
		{"other.example.com", "/only", "other"},
		{"other.example.com", "/pub/x", "any"},
		{"127.0.0.1:80", "/pub", "any"},
		{"", "/pub", "any"},
	} {
		expect(t, rig, port, c.host, c.path, c.want)
	}
	for _, c := range [][2]string{{"other.example.com", "/"}, {"unknown", "/"}, {"", "/pubx"}, {"xshop.example.com", "/"}} {
		if status, body := get(t, rig, port, c[0], c[1]); status != 404 {
			t.Errorf("GET %s%s: %d %q, want 404", c[0], c[1], status, body)
		}
	}
	changeRoutes(t, rig, port)
}

// internal opens a port on networks, of which one is not there. Another recipe has one of that number on its own.
func internal(t *testing.T, rig Rig) {
	port := rig.Port(t)
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Ports[0].Address = "10.255.254.1/30,127.0.0.1/8"
	put(t, rig.Edge(), site)
	expect(t, rig, port, "", "/", "a")
	other := simple("blog", port, "", rig.Start(t, "b"))
	other.Ports[0].Address = "10.255.255.1/30"
	put(t, rig.Edge(), other)
	other.Ports[0].Address = "10.255.254.1/30"
	if _, err := rig.Edge().Update(t.Context(), "blog", to(other)); !errors.Is(err, proxy.ErrClaimed) {
		t.Errorf("an address that another recipe has: %v", err)
	}
	put(t, rig.Edge(), proxy.Site{Recipe: "blog"})
	expect(t, rig, port, "", "/", "a")
}

// changeRoutes leads routes elsewhere, which needs no reload.
func changeRoutes(t *testing.T, rig Rig, port int) {
	out := update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) {
		routes := s.Ports[0].Routes[:0]
		for _, r := range s.Ports[0].Routes {
			if r.Path == "/api" {
				r.Service = "root"
			}
			if r.Path != "/only" {
				routes = append(routes, r)
			}
		}
		s.Ports[0].Routes = append(routes, proxy.Route{Host: "new", Path: "/", Service: "v2"})
	}))
	if out.Reloaded {
		t.Error("new routes on an old port came with a reload")
	}
	expect(t, rig, port, "shop.example.com", "/api", "root")
	expect(t, rig, port, "new", "/", "v2")
	if status, _ := get(t, rig, port, "other.example.com", "/only"); status != 404 {
		t.Errorf("a route that was removed answers %d", status)
	}
}

func percent(t *testing.T, rig Rig) {
	port := rig.Port(t)
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "b"))
	put(t, rig.Edge(), site)
	const n = 800
	for _, p := range []int{0, 10, 50, 100, 99, 0} {
		if out := update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) { s.Groups[0].Percent = p })); out.Reloaded {
			t.Errorf("%d percent came with a reload", p)
		}
		got := count(t, rig, port, n)
		share := float64(p) / 100
		// Six standard deviations: none at 0 and 100, and chance fails once in a billion runs.
		if off := math.Abs(float64(got["b"]) - share*n); off > 6*math.Sqrt(n*share*(1-share)) || got["a"]+got["b"] != n {
			t.Errorf("at %d percent of %d requests: %v", p, n, got)
		}
	}
}

func tcp(t *testing.T, rig Rig) {
	port := rig.Port(t)
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Ports[0].Mode, site.Services[0].Mode = proxy.TCP, proxy.TCP
	site.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "b"))
	put(t, rig.Edge(), site)
	expect(t, rig, port, "any", "/where", "a")
	site.Groups[0].Percent = 100
	if out := put(t, rig.Edge(), site); out.Reloaded {
		t.Error("a switch came with a reload")
	}
	expect(t, rig, port, "any", "/where", "b")
}

func groupMovesAtOnce(t *testing.T, rig Rig) {
	port := rig.Port(t)
	site := simple("shop", port, "", rig.Start(t, "web1"))
	site.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "web2"))
	site.Services = append(site.Services, proxy.Service{
		Name: "api.http", Group: "web", Mode: proxy.HTTP,
		A: backend("1", proxy.Ready, rig.Start(t, "api1")),
		B: backend("2", proxy.Ready, rig.Start(t, "api2")),
	})
	site.Ports[0].Routes = append(site.Ports[0].Routes, proxy.Route{Path: "/api", Service: "api.http"})
	put(t, rig.Edge(), site)
	for i := range 6 {
		release := fmt.Sprint(1 + i%2)
		update(t, rig.Edge(), "shop", edit(func(s *proxy.Site) { s.Groups[0].Percent = i % 2 * 100 }))
		expect(t, rig, port, "", "/", "web"+release)
		expect(t, rig, port, "", "/api", "api"+release)
	}
}
