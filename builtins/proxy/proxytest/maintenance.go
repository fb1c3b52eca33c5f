package proxytest

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// maintenance puts a page up and takes it down, without a reload, and only for the recipe that it is of.
func maintenance(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	site := simple("shop", port, "shop", rig.Start(t, "shop"))
	site.Maintenance = &proxy.Maintenance{Page: "<p>back</p>\n", Type: "text/html", Except: []string{"192.0.2.0/24"}}
	put(t, edge, site)
	put(t, edge, simple("blog", port, "blog", rig.Start(t, "blog")))
	expect(t, rig, port, "shop", "/", "shop")
	for range 2 {
		site.Down = true
		if out := put(t, edge, site); out.Reloaded {
			t.Error("putting a page up came with a reload")
		}
		if status, body := get(t, rig, port, "shop", "/x"); status != 503 || body == "shop" {
			t.Errorf("while it is up: %d %q", status, body)
		}
		expect(t, rig, port, "blog", "/", "blog")
		rig.Reload(t)
		if status, _ := get(t, rig, port, "shop", "/"); status != 503 {
			t.Errorf("after a reload: %d", status)
		}
		site.Down = false
		if out := put(t, edge, site); out.Reloaded {
			t.Error("taking a page down came with a reload")
		}
		expect(t, rig, port, "shop", "/", "shop")
	}
}
