package proxytest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/certificate"
	"github.com/deployrecipe/recipe/builtins/certificate/certtest"
	"github.com/deployrecipe/recipe/builtins/proxy"
)

// pair is a certificate for hosts.
func pair(t testing.TB, a *certtest.Authority, name string, hosts ...string) proxy.Pair {
	t.Helper()
	signed := a.For(t, 24*time.Hour, hosts...)
	p, err := certificate.Pair(name, signed.Chain(), signed.Key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// secure is a site of simple whose port speaks TLS with certificates.
func secure(recipe string, port int, host string, app App, pairs ...proxy.Pair) proxy.Site {
	site := simple(recipe, port, host, app)
	site.Ports[0].TLS = &proxy.TLS{}
	for _, p := range pairs {
		site.Ports[0].TLS.Certificates = append(site.Ports[0].TLS.Certificates, p.Certificate)
	}
	return site
}

func certify(t testing.TB, edge proxy.Edge, recipe string, pairs ...proxy.Pair) {
	t.Helper()
	if err := edge.Certify(t.Context(), recipe, pairs, nil); err != nil {
		t.Fatal(err)
	}
}

// shows checks which certificate a client gets to see, none for nil.
func shows(t testing.TB, rig Rig, port int, host string, want *proxy.Pair) {
	t.Helper()
	got, err := rig.Handshake(port, host)
	switch {
	case want == nil && err == nil:
		t.Errorf("%q is shown a certificate: %s", host, got)
	case want != nil && (err != nil || got != want.Fingerprint):
		t.Errorf("%q is shown %s, %v, want %s", host, got, err, want.Fingerprint)
	}
}

// tlsPort serves two recipes on one port, each with its certificates, and none to whoever asks for a name of nobody's.
func tlsPort(t *testing.T, rig Rig) {
	port, edge, authority := rig.Port(t), rig.Edge(), certtest.New(t, "authority")
	shop, all := pair(t, authority, "shop", "shop.test", "www.shop.test"), pair(t, authority, "all", "*.shop.test")
	site := secure("shop", port, "shop.test", rig.Start(t, "shop"), shop, all)
	if _, err := edge.Update(t.Context(), "shop", to(site)); !errors.Is(err, proxy.ErrInvalid) {
		t.Errorf("a site whose certificates are not there: %v", err)
	}
	certify(t, edge, "shop", shop, all)
	put(t, edge, site)
	blog := pair(t, authority, "main", "blog.test")
	certify(t, edge, "blog", blog)
	put(t, edge, secure("blog", port, "blog.test", rig.Start(t, "blog"), blog))
	for range 2 {
		for host, want := range map[string]*proxy.Pair{"shop.test": &shop, "WWW.shop.test": &shop, "api.shop.test": &all, "blog.test": &blog,
			"a.b.shop.test": nil, "other.test": nil, "": nil} {
			shows(t, rig, port, host, want)
		}
		for _, name := range []string{"shop", "blog"} {
			if status, body := securely(t, rig, port, name+".test"); status != 200 || body != name {
				t.Errorf("https://%s.test: %d %q", name, status, body)
			}
		}
		rig.Reload(t)
	}
	plain := simple("docs", port, "docs.test", rig.Start(t, "docs"))
	if _, err := edge.Update(t.Context(), "docs", to(plain)); !errors.Is(err, proxy.ErrClaimed) {
		t.Errorf("the port without TLS: %v", err)
	}
	// A recipe that goes takes its certificates along, and no others.
	if err := edge.Remove(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	shows(t, rig, port, "shop.test", nil)
	shows(t, rig, port, "blog.test", &blog)
	if _, err := edge.Update(t.Context(), "shop", to(site)); !errors.Is(err, proxy.ErrInvalid) {
		t.Errorf("the certificates outlive their recipe: %v", err)
	}
	if got := sites(t, edge); len(got) != 1 || len(got[0].Ports[0].TLS.Certificates) != 1 || got[0].Ports[0].TLS.Certificates[0].Fingerprint != blog.Fingerprint {
		t.Errorf("what is written: %+v", got)
	}
}

// renewUnderLoad gives a name one certificate after the other, without a reload and while clients come in.
func renewUnderLoad(t *testing.T, rig Rig) {
	port, edge, authority := rig.Port(t), rig.Edge(), certtest.New(t, "authority")
	now, other := pair(t, authority, "main", "shop.test"), pair(t, authority, "other", "other.test")
	certify(t, edge, "shop", now, other)
	put(t, edge, secure("shop", port, "", rig.Start(t, "shop"), now, other))
	l := loadBy(func(keep bool) Client { return rig.Secure(port, "shop.test", keep) })
	for range 5 {
		next := pair(t, authority, "main", "shop.test")
		certify(t, edge, "shop", next)
		shows(t, rig, port, "shop.test", &now)
		if out := update(t, edge, "shop", edit(func(s *proxy.Site) { s.Ports[0].TLS.Certificates[0] = next.Certificate })); out.Reloaded || !out.Wrote {
			t.Errorf("a renewal: %+v", out)
		}
		shows(t, rig, port, "shop.test", &next)
		shows(t, rig, port, "other.test", &other)
		now = next
	}
	// One more name, and one less, need no reload either.
	out := update(t, edge, "shop", edit(func(s *proxy.Site) { s.Ports[0].TLS.Certificates = s.Ports[0].TLS.Certificates[:1] }))
	if shows(t, rig, port, "other.test", nil); out.Reloaded {
		t.Error("one certificate less came with a reload")
	}
	rig.Reload(t)
	shows(t, rig, port, "shop.test", &now)
	l.end(t)
}

func securely(t testing.TB, rig Rig, port int, host string) (int, string) {
	t.Helper()
	client := rig.Secure(port, host, false)
	defer client.Close()
	status, body, err := client.Get(host, "/")
	if err != nil {
		t.Fatalf("GET https://%s: %v", host, err)
	}
	return status, body
}

func sites(t testing.TB, edge proxy.Edge) []proxy.Site {
	t.Helper()
	all, err := edge.Sites(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// redirect leads one host to TLS and not the path that has a route of its own, nor another recipe's host.
func redirect(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	site := simple("shop", port, "shop.test", rig.Start(t, "shop"))
	site.Ports[0].Routes[0].Path = "/plain"
	site.Ports[0].Routes = append(site.Ports[0].Routes, proxy.Route{Host: "shop.test", Redirect: 8443})
	put(t, edge, site)
	put(t, edge, simple("blog", port, "blog.test", rig.Start(t, "blog")))
	for range 2 {
		for _, path := range []string{"/", "/x?y=z", "/plainly"} {
			if status, _ := get(t, rig, port, "SHOP.test:80", path); status != 308 {
				t.Errorf("%s: %d", path, status)
			}
		}
		expect(t, rig, port, "shop.test", "/plain/x", "shop")
		expect(t, rig, port, "blog.test", "/", "blog")
		rig.Reload(t)
	}
	if out := update(t, edge, "shop", edit(func(s *proxy.Site) { s.Ports[0].Routes[0].Redirect = 443 })); out.Reloaded {
		t.Error("another port to redirect to came with a reload")
	}
}

// tcpByName leads connections by the name that clients ask for, on a port that two recipes share.
func tcpByName(t *testing.T, rig Rig) {
	port, edge, authority := rig.Port(t), rig.Edge(), certtest.New(t, "authority")
	all := pair(t, authority, "all", "*.test")
	certify(t, edge, "shop", all)
	tcp := func(recipe, host string, pairs ...proxy.Pair) proxy.Site {
		site := secure(recipe, port, host, rig.Start(t, recipe), pairs...)
		site.Ports[0].Mode, site.Services[0].Mode = proxy.TCP, proxy.TCP
		return site
	}
	site := tcp("shop", "shop.test", all)
	put(t, edge, site)
	put(t, edge, tcp("blog", "blog.test"))
	for _, host := range []string{"shop", "blog"} {
		if status, body := securely(t, rig, port, host+".test"); status != 200 || body != host {
			t.Errorf("%s.test: %d %q", host, status, body)
		}
	}
	client := rig.Secure(port, "other.test", false)
	if status, body, err := client.Get("other.test", "/"); err == nil && status == 200 {
		t.Errorf("a name of nobody's is led to %q", body)
	}
	client.Close()
	site.Groups[0].Until = until(t, edge, time.Minute)
	put(t, edge, site)
	answer := make(chan string, 1)
	go func() {
		client := rig.Secure(port, "shop.test", false)
		defer client.Close()
		_, body, err := client.Get("shop.test", "/")
		answer <- fmt.Sprint(body, " ", err)
	}()
	time.Sleep(200 * time.Millisecond) // it waits by then, and is handed over with its name
	rig.Reload(t)
	site.Groups[0].Until = 0
	put(t, edge, site)
	if got := <-answer; got != "shop <nil>" {
		t.Errorf("what waited in a worker that was replaced: %s", got)
	}
	put(t, edge, tcp("rest", ""))
	if status, body := securely(t, rig, port, "other.test"); status != 200 || body != "rest" {
		t.Errorf("a name of nobody's: %d %q", status, body)
	}
	if _, err := edge.Update(t.Context(), "docs", to(tcp("docs", "blog.test"))); !errors.Is(err, proxy.ErrClaimed) {
		t.Errorf("a name that another recipe has: %v", err)
	}
}
