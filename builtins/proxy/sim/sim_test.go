package sim

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/proxytest"
)

func TestEdge(t *testing.T) {
	proxytest.Run(t, func(*testing.T) proxytest.Rig { return newRig() })
}

// TestVirtualTime drains for an hour in no time.
func TestVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		app := r.Start(t, "a")
		put := func(state proxy.State) {
			_, err := r.edge.Update(t.Context(), "shop", func(s *proxy.Site) error {
				*s = proxy.Site{
					Ports:    []proxy.Port{{Name: "web", Listen: 80, Mode: proxy.HTTP, Routes: []proxy.Route{{Service: "web"}}}},
					Groups:   []proxy.Group{{Name: "web"}},
					Services: []proxy.Service{{Name: "web", Group: "web", Mode: proxy.HTTP, A: proxy.Backend{Servers: []proxy.Server{{Slot: 1, Address: app.Address(), State: state}}}}},
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		put(proxy.Ready)
		conn, err := r.edge.Open(Request{Port: 80})
		if err != nil {
			t.Fatal(err)
		}
		put(proxy.Draining)
		time.AfterFunc(time.Hour, func() { conn.Close(200) })
		start := time.Now()
		left, err := r.edge.Drain(t.Context(), []proxy.ServerID{conn.ID}, 2*time.Hour, nil)
		if took := time.Since(start); left != 0 || err != nil || took < time.Hour || took > time.Hour+time.Second {
			t.Errorf("%d left after %v, %v", left, took, err)
		}
	})
}

// TestCrash stops an Update between its two halves; the next one brings the worker in line.
func TestCrash(t *testing.T) {
	crash := errors.New("crash")
	fail := true
	e := New(Hooks{Runtime: func(string) error {
		if fail {
			return crash
		}
		return nil
	}})
	site := func(s *proxy.Site) error {
		s.Groups = []proxy.Group{{Name: "g"}}
		s.Ports = nil
		s.Services = []proxy.Service{{Name: "w", Group: "g", Mode: proxy.HTTP}}
		return nil
	}
	if out, err := e.Update(t.Context(), "shop", site); !errors.Is(err, crash) || !out.Wrote {
		t.Fatalf("%+v, %v", out, err)
	}
	fail = false
	if out, err := e.Update(t.Context(), "shop", site); err != nil || out.Wrote || !out.Reloaded {
		t.Errorf("%+v, %v", out, err)
	}
}

// rig plays apps too.
type rig struct {
	edge   *Edge
	mu     sync.Mutex
	next   int
	apps   map[netip.AddrPort]*app
	refuse bool
}

func newRig() *rig {
	r := &rig{apps: map[netip.AddrPort]*app{}}
	r.edge = New(Hooks{
		Alive: func(address netip.AddrPort) bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.apps[address] != nil && !r.apps[address].dead
		},
		Check: func([]proxy.Site) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.refuse {
				return errors.New("nonsense")
			}
			return nil
		},
	})
	return r
}

func (r *rig) Edge() proxy.Edge      { return r.edge }
func (r *rig) Reload(t testing.TB)   { r.edge.Reload() }
func (r *rig) Port(t testing.TB) int { return 8000 + r.number() }

func (r *rig) number() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next++
	return r.next
}

func (r *rig) Refuse(refuse bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse = refuse
}

func (r *rig) Start(_ testing.TB, name string) proxytest.App {
	a := &app{rig: r, name: name, address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(r.number())}), 80)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.apps[a.address] = a
	return a
}

func (r *rig) Client(port int, _ bool) proxytest.Client { return &client{rig: r, port: port} }

func (r *rig) Secure(port int, host string, _ bool) proxytest.Client {
	return &client{rig: r, port: port, secure: true, host: host}
}

func (r *rig) Handshake(port int, host string) (string, error) {
	c, err := r.edge.Handshake(port, host)
	return c.Fingerprint, err
}

type app struct {
	rig     *rig
	name    string
	address netip.AddrPort
	dead    bool
	gate    chan struct{}
	held    int
}

func (a *app) Address() netip.AddrPort { return a.address }

func (a *app) Hold() func() {
	a.rig.mu.Lock()
	defer a.rig.mu.Unlock()
	gate := make(chan struct{})
	a.gate = gate
	return sync.OnceFunc(func() { close(gate) })
}

func (a *app) Held() int {
	a.rig.mu.Lock()
	defer a.rig.mu.Unlock()
	return a.held
}

func (a *app) Stop()   { a.set(true) }
func (a *app) Resume() { a.set(false) }

func (a *app) set(dead bool) {
	a.rig.mu.Lock()
	defer a.rig.mu.Unlock()
	a.dead = dead
}

// wait is the time that a request takes in the app. It fails where the app has died.
func (a *app) wait(path string) error {
	a.rig.mu.Lock()
	gate := a.gate
	a.held++
	a.rig.mu.Unlock()
	if gate != nil && strings.HasPrefix(path, "/slow") {
		<-gate
	}
	a.rig.mu.Lock()
	defer a.rig.mu.Unlock()
	a.held--
	if a.dead {
		return errors.New("the connection broke")
	}
	return nil
}

type client struct {
	rig    *rig
	port   int
	cookie string
	secure bool
	host   string // that it asks for over TLS
}

func (c *client) Close()         {}
func (c *client) Cookie() string { return c.cookie }

func (c *client) Get(host, path string, headers ...string) (int, string, error) {
	r := Request{Port: c.port, Host: host, Path: path, Draw: rand.IntN(100), Headers: map[string]string{}, Cookies: map[string]string{}}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Headers[strings.ToLower(name)] = value
		if name == "Content-Length" {
			r.Body, _ = strconv.ParseInt(value, 10, 64)
		}
		if name == "Cookie" {
			cookie, value, _ := strings.Cut(value, "=")
			r.Cookies[cookie] = value
		}
	}
	if c.secure {
		r.Host = c.host
		if _, err := c.rig.edge.Handshake(c.port, c.host); err != nil {
			return 0, "", err
		}
	}
	conn, err := c.rig.edge.Open(r)
	switch {
	case errors.Is(err, ErrNoRoute):
		return 404, "", nil
	case errors.Is(err, ErrRedirect):
		return 308, "", nil
	case errors.Is(err, ErrTooLarge):
		return 413, "", nil
	case errors.Is(err, ErrNoServer), errors.Is(err, ErrDown):
		return 503, "", nil
	case err != nil:
		return 0, "", err
	}
	defer conn.Close(200)
	c.cookie = conn.Cookie
	c.rig.mu.Lock()
	a := c.rig.apps[conn.Address]
	c.rig.mu.Unlock()
	return 200, a.name, a.wait(path)
}
