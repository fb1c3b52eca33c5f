package proxytest

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// limits refuses bodies that are larger than their route takes, and those of no other route.
func limits(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	site := simple("shop", port, "", rig.Start(t, "a"))
	site.Ports[0].Routes = append(site.Ports[0].Routes, proxy.Route{Path: "/small", Service: "web.http", Limits: proxy.Limits{MaxBody: 100}})
	put(t, edge, site)
	post := func(path, size string) int {
		t.Helper()
		client := rig.Client(port, false)
		defer client.Close()
		status, _, err := client.Get("", path, "Content-Length: "+size)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	for _, c := range []struct {
		path, size string
		want       int
	}{{"/small", "101", 413}, {"/small/er", "5000000000", 413}, {"/small", "0", 200}, {"/", "0", 200}} {
		if got := post(c.path, c.size); got != c.want {
			t.Errorf("%s bytes for %s: %d, want %d", c.size, c.path, got, c.want)
		}
	}
	larger := func(s *proxy.Site) { s.Ports[0].Routes[1].MaxBody = 1000 }
	if out := update(t, edge, "shop", edit(larger)); out.Reloaded {
		t.Error("another limit came with a reload")
	}
	if got := post("/small", "1001"); got != 413 {
		t.Errorf("with another limit: %d", got)
	}
	if got := post("/small", "0"); got != 200 {
		t.Errorf("with another limit: %d", got)
	}
}
