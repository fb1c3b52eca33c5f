package haproxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// serve has a site whose one server is a handler.
func serve(t *testing.T, handler http.HandlerFunc, change func(*proxy.Port)) (r *rig, listen int) {
	t.Helper()
	r = start(t)
	app := httptest.NewServer(handler)
	t.Cleanup(app.Close)
	address := netip.MustParseAddrPort(strings.TrimPrefix(app.URL, "http://"))
	port := proxy.Port{Name: "web", Listen: r.Port(t), Mode: proxy.HTTP, Routes: []proxy.Route{{Service: "web.http"}}}
	change(&port)
	site := proxy.Site{Ports: []proxy.Port{port}, Groups: []proxy.Group{{Name: "web"}}, Services: []proxy.Service{{Name: "web.http", Group: "web", Mode: proxy.HTTP,
		A: proxy.Backend{Release: "1", Servers: []proxy.Server{{Slot: 1, Address: address, State: proxy.Ready}}}}}}
	if _, err := r.edge.Update(t.Context(), "shop", to(site)); err != nil {
		t.Fatal(err)
	}
	return r, port.Listen
}

// served is what is asked of such a site.
func served(t *testing.T, handler http.HandlerFunc, change func(*proxy.Port)) (ask func(path string, headers ...string) (int, string)) {
	t.Helper()
	r, listen := serve(t, handler, change)
	return func(path string, headers ...string) (int, string) {
		t.Helper()
		client := r.Client(listen, false)
		defer client.Close()
		status, body, err := client.Get("shop.example.com:80", path, headers...)
		if err != nil {
			t.Fatal(err)
		}
		return status, body
	}
}

// A client's word on where it comes from is believed where its network is trusted, and nowhere else, also where an older
// worker received it.
func TestForwarded(t *testing.T) {
	tell := func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X_forwarded_for", "X-Forwarded-Port"} {
			io.WriteString(w, strings.Join(r.Header.Values(name), " then ")+"; ")
		}
	}
	said := []string{"X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "X-Forwarded-Host: other", "Forwarded: for=1.2.3.4", "X_Forwarded_For: 1.2.3.4", "X-Forwarded-Port: 1"}
	for name, test := range map[string]struct {
		trusted []string
		want    string
	}{
		"nobody":     {nil, "127.0.0.1; http; shop.example.com:80; ; ; ; "},
		"others":     {[]string{"10.0.0.0/8"}, "127.0.0.1; http; shop.example.com:80; ; ; ; "},
		"the client": {[]string{"10.0.0.0/8", "127.0.0.0/8"}, "1.2.3.4 then 127.0.0.1; https; other; for=1.2.3.4; 1.2.3.4; 1; "},
	} {
		t.Run(name, func(t *testing.T) {
			r, listen := serve(t, tell, func(p *proxy.Port) { p.Trusted = test.trusted })
			client := r.Client(listen, true)
			defer client.Close()
			ask := func(headers ...string) string {
				t.Helper()
				_, body, err := client.Get("shop.example.com:80", "/", headers...)
				if err != nil {
					t.Fatal(err)
				}
				return body
			}
			for range 2 {
				if got := ask(said...); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				r.Reload(t)
			}
			if got := ask(); got != "127.0.0.1; http; shop.example.com:80; ; ; ; " {
				t.Errorf("of nothing said: %q", got)
			}
		})
	}
}

// A route has a timeout of its own, a body that does not tell its size is refused where there is a limit, and other
// routes go on as they are.
func TestRouteLimits(t *testing.T) {
	over := make(chan struct{})
	defer close(over)
	ask := served(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/slow") {
			select {
			case <-over:
			case <-r.Context().Done():
			}
		}
	}, func(p *proxy.Port) {
		p.Routes = append(p.Routes, proxy.Route{Path: "/slow", Service: "web.http", Limits: proxy.Limits{Server: 50 * time.Millisecond, MaxBody: 10}})
	})
	if status, _ := ask("/slow"); status != http.StatusGatewayTimeout {
		t.Errorf("a slow answer is %d", status)
	}
	if status, _ := ask("/"); status != http.StatusOK {
		t.Errorf("another route is %d", status)
	}
	if status, _ := ask("/slow", "Transfer-Encoding: chunked"); status != http.StatusLengthRequired {
		t.Errorf("a body of no size is %d", status)
	}
}
