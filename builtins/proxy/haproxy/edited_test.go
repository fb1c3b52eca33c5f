package haproxy_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
)

func TestEdited(t *testing.T) {
	site := proxy.Site{Recipe: "shop", Origin: "here", Groups: []proxy.Group{{Name: "web"}},
		Services: []proxy.Service{{Name: "web.http", Mode: proxy.HTTP, Group: "web"}},
		Ports:    []proxy.Port{{Name: "web", Mode: proxy.HTTP, Listen: 8080, Routes: []proxy.Route{{Path: "/", Service: "web.http"}}}}}
	written := func(t *testing.T) map[string][]byte {
		files, err := haproxy.Config{Sites: []proxy.Site{site}}.Render()
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	own := haproxy.SiteFile("shop")
	for name, test := range map[string]struct {
		edit func(map[string][]byte)
		want string
	}{
		"nothing": {func(map[string][]byte) {}, ""},
		"a directive": {func(f map[string][]byte) {
			f[own] = []byte(strings.Replace(string(f[own]), "backend shop.web.http.a from http\n", "backend shop.web.http.a from http\n    timeout server 5m\n", 1))
		}, own},
		"a frontend": {func(f map[string][]byte) {
			f["cfg/10-port-8080.cfg"] = append(f["cfg/10-port-8080.cfg"], "    http-request deny if TRUE\n"...)
		}, "cfg/10-port-8080.cfg"},
		"what others share":   {func(f map[string][]byte) { f["cfg/00-global.cfg"] = append(f["cfg/00-global.cfg"], "# mine\n"...) }, ""},
		"what cannot be read": {func(f map[string][]byte) { f[own] = []byte("mine\n") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := written(t)
			test.edit(files)
			var names []string
			for _, e := range haproxy.Edited(files, "shop") {
				names = append(names, e.Name)
				if bytes.Equal(e.Is, e.Written) || string(e.Written) != string(written(t)[e.Name]) {
					t.Errorf("%s shall be\n%s", e.Name, e.Written)
				}
			}
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("edited %q, want %q", got, test.want)
			}
		})
	}
}

func TestPartOf(t *testing.T) {
	port := proxy.Port{Name: "web", Mode: proxy.HTTP, Listen: 8080}
	var sites []proxy.Site
	for _, name := range []string{"blog", "shop"} {
		port.Routes = []proxy.Route{{Path: "/" + name, Service: "web.http"}}
		sites = append(sites, proxy.Site{Recipe: name, Groups: []proxy.Group{{Name: "web"}}, Ports: []proxy.Port{port},
			Services: []proxy.Service{{Name: "web.http", Mode: proxy.HTTP, Group: "web"}}})
	}
	files, err := haproxy.Config{Sites: sites}.Render()
	if err != nil {
		t.Fatal(err)
	}
	part := haproxy.PartOf(files, "shop")
	if part["maps/live.map"] != "shop/web 0\n" || part[haproxy.SiteFile("blog")] != "" ||
		part[haproxy.SiteFile("shop")] == "" || part["cfg/10-port-8080.cfg"] == "" || strings.Contains(part["maps/port-8080.map"], "blog") {
		t.Errorf("shop's part is %q", part)
	}
}
