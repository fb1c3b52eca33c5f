package sim

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Errors of a request that no server gets.
var (
	ErrNoPort   = errors.New("nothing listens")  // the connection is refused
	ErrNoRoute  = errors.New("no route")         // 404
	ErrNoServer = errors.New("no usable server") // 503
)

// Target is the server that gets a request.
type Target struct {
	ID      proxy.ServerID
	Release string
	Address netip.AddrPort
}

// Route tells which server would get a request, given a draw from 0 to 99, without sending it.
func (e *Edge) Route(port int, host, path string, draw int) (Target, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.route(port, host, path, draw)
}

func (e *Edge) route(port int, host, path string, draw int) (Target, error) {
	w := e.current()
	site, route, err := w.match(port, host, path)
	if err != nil {
		return Target{}, err
	}
	service := site.Service(route.Service)
	side := proxy.A
	if group := site.Group(service.Group); group != nil && draw < group.Percent {
		side = proxy.B
	}
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
	return Target{
		ID:      proxy.ServerID{Recipe: site.Recipe, Service: service.Name, Side: side, Slot: server.Slot},
		Release: service.Side(side).Release,
		Address: server.Address,
	}, nil
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
					fits := p.Listen == port && (p.Mode == proxy.TCP || r.Host == wanted && under(path, r.Path))
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
	done   bool
}

// Open sends a request, which lasts until Close.
func (e *Edge) Open(port int, host, path string, draw int) (*Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	target, err := e.route(port, host, path, draw)
	if err != nil {
		return nil, err
	}
	w := e.current()
	w.open++
	s := w.of(target.ID)
	s.Sessions++
	s.Active++
	return &Conn{Target: target, edge: e, worker: w}, nil
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
	c.edge.reap()
}
