package sim

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Errors of a request that no server gets.
var (
	ErrNoPort   = errors.New("nothing listens")      // the connection is refused
	ErrNoRoute  = errors.New("no route")             // 404
	ErrNoServer = errors.New("no usable server")     // 503
	ErrDown     = errors.New("down for maintenance") // 503, with the page; a connection in tcp mode is closed
	ErrRedirect = errors.New("redirected to TLS")    // 308
	ErrTooLarge = errors.New("too large a body")     // 413
)

// Target is the server that gets a request.
type Target struct {
	ID      proxy.ServerID
	Release string
	Address netip.AddrPort
	// Cookie, as NAME=VALUE, is set by the answer.
	Cookie string
}

// Request is what a client asks for.
type Request struct {
	Port int
	Host string
	Path string // "/" when empty
	// Draw, from 0 to 99, is what the edge draws to choose a side.
	Draw int
	// Headers by name in lower case, and Cookies.
	Headers, Cookies map[string]string
	Body             int64 // bytes
}

// Route tells which server would get a request, without sending it.
func (e *Edge) Route(r Request) (Target, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.route(e.current(), r)
}

func (e *Edge) route(w *worker, r Request) (Target, error) {
	site, route, err := w.match(r.Port, r.Host, r.Path)
	if err != nil {
		return Target{}, err
	}
	if site.Down { // played clients come from no network that is excepted
		return Target{}, fmt.Errorf("%w: recipe %s", ErrDown, site.Recipe)
	}
	if route.MaxBody > 0 && r.Body > route.MaxBody {
		return Target{}, fmt.Errorf("%w: %d bytes of at most %d", ErrTooLarge, r.Body, route.MaxBody)
	}
	if route.Redirect > 0 {
		return Target{}, fmt.Errorf("%w on port %d", ErrRedirect, route.Redirect)
	}
	service := site.Service(route.Service)
	group := site.Group(service.Group)
	side := choose(site, group, service.Mode, r)
	usable := e.usable(service.Side(side))
	if other := e.usable(service.Side(side.Other())); len(usable) == 0 && len(other) > 0 {
		side, usable = side.Other(), other
	}
	if len(usable) == 0 {
		return Target{}, fmt.Errorf("%w: %s of recipe %s", ErrNoServer, service.Name, site.Recipe)
	}
	turn := fmt.Sprintf("%s.%s.%s", site.Recipe, service.Name, side)
	server := usable[w.turns[turn]%len(usable)]
	w.turns[turn]++
	cookie := ""
	if group != nil && service.Mode == proxy.HTTP {
		cookie = stay(site, group, side, r)
	}
	return Target{
		Cookie:  cookie,
		ID:      proxy.ServerID{Recipe: site.Recipe, Service: service.Name, Side: side, Slot: server.Slot},
		Release: service.Side(side).Release,
		Address: server.Address,
	}, nil
}

// choose gives the side of a group that a request takes, before it is known whether somebody serves there: that of the
// draw, or of the last match that fits.
func choose(site *proxy.Site, group *proxy.Group, mode proxy.Mode, r Request) proxy.Side {
	side := proxy.A
	if group == nil {
		return side
	}
	if r.Draw < group.Percent {
		side = proxy.B
	}
	if mode != proxy.HTTP {
		return side
	}
	for _, m := range site.Leading(group) {
		if m.Header != "" && r.Headers[m.Header] == m.Value || m.Cookie != "" && r.Cookies[m.Cookie] == m.Value {
			side = m.To
		}
	}
	return side
}

// stay is the cookie by which a client stays with the release of a side, empty where it has it or needs none.
func stay(site *proxy.Site, group *proxy.Group, side proxy.Side, r Request) string {
	for _, m := range site.Leading(group) {
		if name := site.StickyCookie(group.Name); m.Cookie == name && m.To == side && r.Cookies[name] != m.Value {
			return name + "=" + m.Value
		}
	}
	return ""
}

func (e *Edge) usable(b *proxy.Backend) []proxy.Server {
	var usable []proxy.Server
	for _, server := range b.Servers {
		if server.State == proxy.Ready && e.alive(&server) {
			usable = append(usable, server)
		}
	}
	return usable
}

func (e *Edge) alive(s *proxy.Server) bool { return e.hooks.Alive == nil || e.hooks.Alive(s.Address) }

// match finds the route of a request: the longest prefix of those with its host, then of those without.
func (w *worker) match(port int, host, path string) (*proxy.Site, proxy.Route, error) {
	name := strings.TrimSuffix(strings.ToLower(withoutPort(host)), ".")
	path, _, _ = strings.Cut(path, "?")
	for _, wanted := range []string{name, ""} {
		var best *proxy.Site
		var found proxy.Route
		for _, site := range w.sites {
			for _, p := range site.Ports {
				for _, r := range p.Routes {
					fits := p.Listen == port && r.Host == wanted && under(path, r.Path)
					if fits && (best == nil || len(r.Path) > len(found.Path)) {
						best, found = &site, r
					}
				}
			}
		}
		if best != nil {
			return best, found, nil
		}
	}
	if !w.listens(port) {
		return nil, proxy.Route{}, fmt.Errorf("%w on port %d", ErrNoPort, port)
	}
	return nil, proxy.Route{}, fmt.Errorf("%w for %s%s on port %d", ErrNoRoute, host, path, port)
}

func (w *worker) listens(port int) bool {
	for _, site := range w.sites {
		for _, p := range site.Ports {
			if p.Listen == port {
				return true
			}
		}
	}
	return false
}

// under tells whether a path has a prefix that ends with one of its segments.
func under(path, prefix string) bool {
	return strings.HasPrefix(path+"/", strings.TrimSuffix(prefix, "/")+"/")
}

func withoutPort(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// Conn is a request on its way, on the worker that took it.
type Conn struct {
	Target
	edge   *Edge
	worker *worker
	asked  Request
	began  time.Time
	done   bool
}

// Open sends a request, which lasts until Close. Where its group is held it waits first.
func (e *Edge) Open(r Request) (*Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	w := e.pass(r.Port, r.Host, r.Path)
	target, err := e.route(w, r)
	if err != nil {
		w.open--
		e.reap()
		return nil, err
	}
	s := w.of(target.ID)
	s.Sessions++
	s.Active++
	return &Conn{Target: target, edge: e, worker: w, asked: r, began: time.Now()}, nil
}

// Close ends a request with a status. A second call does nothing.
func (c *Conn) Close(status int) {
	c.edge.mu.Lock()
	defer c.edge.mu.Unlock()
	if c.done {
		return
	}
	c.done = true
	c.worker.open--
	s := c.worker.of(c.ID)
	s.Active--
	class := status / 100
	if class < 1 || class > 5 {
		class = 0
	}
	s.Responses[class]++
	c.edge.log.add(c.ID.Recipe, c.entry(status))
	c.edge.reap()
}
