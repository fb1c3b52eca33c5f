package haproxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/proxytest"
)

// faulty is a Host whose caller dies before a command: it ends the caller's context.
type faulty struct {
	Host
	wrote bool
	left  int // commands after a write that it lives to see
	kill  context.CancelFunc
}

func (f *faulty) WriteFiles(ctx context.Context, write map[string][]byte, remove []string) error {
	f.wrote = true
	return f.Host.WriteFiles(ctx, write, remove)
}

func (f *faulty) Command(ctx context.Context, socket Socket, line string) (string, error) {
	f.count()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return f.Host.Command(ctx, socket, line)
}

func (f *faulty) Reload(ctx context.Context) error {
	f.count()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return f.Host.Reload(ctx)
}

func (f *faulty) count() {
	if f.wrote {
		if f.left--; f.left < 0 {
			f.kill()
		}
	}
}

// web is a site with one server a side.
func web(port int, percent int, a, b proxytest.App, states ...proxy.State) proxy.Site {
	one := func(app proxytest.App, state proxy.State) proxy.Backend {
		return proxy.Backend{Release: "r", Servers: []proxy.Server{{Slot: 1, Address: app.Address(), State: state}}}
	}
	s := proxy.Site{
		Recipe:   "shop",
		Ports:    []proxy.Port{{Name: "web", Listen: port, Address: "127.0.0.1", Mode: proxy.HTTP, Routes: []proxy.Route{{Service: "web.http"}}}},
		Groups:   []proxy.Group{{Name: "web", Percent: percent}},
		Services: []proxy.Service{{Name: "web.http", Group: "web", Mode: proxy.HTTP, A: one(a, states[0])}},
	}
	if b != nil {
		s.Services[0].B = one(b, states[1])
	}
	return s
}

func to(s proxy.Site) func(*proxy.Site) error {
	return func(old *proxy.Site) error {
		*old = s.Clone()
		return nil
	}
}

// TestDeathAtEveryCommand kills an update after each of its commands. At no point may a request fail, and
// an update that changes nothing has to finish the work.
func TestDeathAtEveryCommand(t *testing.T) {
	r := start(t)
	port := r.Port(t)
	a, b := r.Start(t, "a"), r.Start(t, "b")
	client := r.Client(port, true)
	get := func(when string, n int) (body string) {
		status, body, err := client.Get("", "/")
		if err != nil || status != 200 {
			t.Fatalf("%s, after %d commands: %d %v", when, n, status, err)
		}
		return body
	}
	before, after := web(port, 0, a, nil, proxy.Ready), web(port, 100, a, b, proxy.Draining, proxy.Ready)
	grown := after.Clone() // needs a reload
	grown.Services = append(grown.Services, proxy.Service{Name: "api.http", Group: "web", Mode: proxy.HTTP})
	for _, after := range []proxy.Site{after, grown} {
		for n := 0; ; n++ {
			if _, err := r.edge.Update(t.Context(), "shop", to(before)); err != nil {
				t.Fatal(err)
			}
			get("before", n)
			if body := get("before", n); body != "a" {
				t.Fatalf("before: %s", body)
			}
			ctx, kill := context.WithCancel(t.Context())
			dying := New(&faulty{Host: r.host, left: n, kill: kill}, Options{Dir: r.host.Dir})
			_, err := dying.Update(ctx, "shop", to(after))
			kill()
			get("dead", n)
			if _, err := r.edge.Update(t.Context(), "shop", func(*proxy.Site) error { return nil }); err != nil {
				t.Fatalf("mending after %d commands: %v", n, err)
			}
			get("mended", n) // a kept connection's last answer may come from the old worker
			if body := get("mended", n); body != "b" {
				t.Errorf("after %d commands and mending: %s", n, body)
			}
			if err == nil {
				t.Logf("%d commands", n)
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
	}
}

func TestTakenPort(t *testing.T) {
	r := start(t)
	port := r.Port(t)
	app := r.Start(t, "a")
	if _, err := r.edge.Update(t.Context(), "shop", to(web(port, 0, app, nil, proxy.Ready))); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	site := web(l.Addr().(*net.TCPAddr).Port, 0, app, nil, proxy.Ready)
	if _, err := r.edge.Update(t.Context(), "blog", to(site)); !errors.Is(err, proxy.ErrPortTaken) || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("a taken port: %v", err)
	}
}

// unsure is a Host that cannot tell who listens.
type unsure struct{ Host }

func (unsure) Listeners(context.Context) ([]netip.AddrPort, error) { return nil, errors.ErrUnsupported }

// TestFailedReload has the new worker fail where haproxy -c could not know.
func TestFailedReload(t *testing.T) {
	r := start(t)
	port := r.Port(t)
	app := r.Start(t, "a")
	e := New(unsure{r.host}, Options{Dir: r.host.Dir})
	if _, err := e.Update(t.Context(), "shop", to(web(port, 0, app, nil, proxy.Ready))); err != nil {
		t.Fatal(err)
	}
	before, _ := e.Files(t.Context())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	blog := web(taken, 0, app, nil, proxy.Ready)
	if out, err := e.Update(t.Context(), "blog", to(blog)); !errors.Is(err, proxy.ErrRefused) || out != (proxy.Outcome{}) {
		t.Errorf("a port that cannot be bound: %+v, %v", out, err)
	}
	if after, _ := e.Files(t.Context()); !cmp.Equal(before, after) {
		t.Errorf("a failed reload left files:\n%s", cmp.Diff(before, after))
	}
	if _, body, err := r.Client(port, false).Get("", "/"); err != nil || body != "a" {
		t.Errorf("after a failed reload: %q, %v", body, err)
	}
	l.Close()
	if out, err := e.Update(t.Context(), "blog", to(blog)); err != nil || !out.Reloaded {
		t.Errorf("with the port free again: %+v, %v", out, err)
	}
	if _, body, err := r.Client(taken, false).Get("", "/"); err != nil || body != "a" {
		t.Errorf("with the port free again: %q, %v", body, err)
	}
}

func TestAbsent(t *testing.T) {
	e := New(&Local{Dir: t.TempDir()}, Options{})
	if sites, err := e.Sites(t.Context()); err != nil || len(sites) != 0 {
		t.Errorf("sites of no edge: %v, %v", sites, err)
	}
	_, err := e.Update(t.Context(), "shop", func(s *proxy.Site) error { s.Groups = []proxy.Group{{Name: "g"}}; return nil })
	_, drain := e.Drain(t.Context(), []proxy.ServerID{{Recipe: "shop", Service: "web", Side: proxy.A, Slot: 1}}, time.Minute, nil)
	if !errors.Is(err, proxy.ErrAbsent) || !errors.Is(drain, proxy.ErrAbsent) {
		t.Errorf("no edge: %v and %v", err, drain)
	}
	if err := e.Remove(t.Context(), "shop"); err != nil {
		t.Errorf("removing nothing from no edge: %v", err)
	}
	if files, _ := e.Files(t.Context()); len(files) != 0 {
		t.Errorf("files came to be: %v", files)
	}
}

// TestSwitchIPv6 gives a slot an IPv6 address at runtime.
func TestSwitchIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 on this machine")
	}
	defer l.Close()
	r := start(t)
	a := r.Start(t, "a")
	if _, err := r.edge.Update(t.Context(), "shop", to(web(r.Port(t), 0, a, nil, proxy.Ready))); err != nil {
		t.Fatal(err)
	}
	out, err := r.edge.Update(t.Context(), "shop", func(s *proxy.Site) error {
		s.Services[0].B.Servers = []proxy.Server{{Slot: 2, Address: netip.MustParseAddrPort(l.Addr().String()), State: proxy.Ready}}
		return nil
	})
	if err != nil || out.Reloaded {
		t.Errorf("%+v, %v", out, err)
	}
	r.Reload(t)
	if out, err := r.edge.Update(t.Context(), "shop", func(*proxy.Site) error { return nil }); err != nil || out != (proxy.Outcome{}) {
		t.Errorf("after a reload: %+v, %v", out, err)
	}
}
