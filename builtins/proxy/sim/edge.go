package sim

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Hooks let a test step in. A nil one lets everything pass.
type Hooks struct {
	// Alive tells whether a server at an address answers. It is asked at every choice, so checks have no delay.
	Alive func(netip.AddrPort) bool
	// Check sees the sites before they are written, where their structure is new; its error is wrapped in
	// proxy.ErrRefused.
	Check func([]proxy.Site) error
	// Write comes before sites are written, and Runtime between writing and changing the worker: an error
	// there is a crash whose half is done.
	Write   func(recipe string) error
	Runtime func(recipe string) error
	// Taken tells whether something else listens on a port.
	Taken func(port int) bool
}

// Edge is a played edge.
type Edge struct {
	hooks Hooks
	turn  chan struct{}

	mu      sync.Mutex
	sites   []proxy.Site // written, in normal form, by Recipe
	workers []*worker    // the last one is current
	log     accessLog
	laid    map[string][]string // IDs of certificates that were laid ready, by recipe
	change  chan struct{}       // closed at the next change of what a worker does
}

var _ proxy.Edge = (*Edge)(nil)

// New makes an edge without sites.
func New(hooks Hooks) *Edge {
	return &Edge{hooks: hooks, laid: map[string][]string{}, turn: make(chan struct{}, 1), workers: []*worker{newWorker(nil)}, change: make(chan struct{})}
}

// Close implements proxy.Edge.
func (e *Edge) Close() error { return nil }

// Sites implements proxy.Reader.
func (e *Edge) Sites(context.Context) ([]proxy.Site, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return cloneAll(e.sites), nil
}

// Files implements proxy.Reader: one JSON text a site.
func (e *Edge) Files(context.Context) (map[string][]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	files := map[string][]byte{}
	for _, s := range e.sites {
		files["sites/"+s.Recipe+".json"] = text(s)
	}
	return files, nil
}

// Now implements proxy.Edge.
func (e *Edge) Now(context.Context) (time.Time, error) { return time.Now(), nil }

// Remove implements proxy.Edge.
func (e *Edge) Remove(ctx context.Context, recipe string) error {
	_, err := e.Update(ctx, recipe, func(s *proxy.Site) error {
		*s = proxy.Site{Recipe: recipe}
		return nil
	})
	if err == nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.laid, recipe)
	}
	return err
}

// Update implements proxy.Edge.
func (e *Edge) Update(ctx context.Context, recipe string, change func(*proxy.Site) error) (out proxy.Outcome, err error) {
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return out, ctx.Err()
	}
	defer func() { <-e.turn }()
	all, _ := e.Sites(ctx)
	before := find(all, recipe)
	site := before.Clone()
	if err := change(&site); err != nil {
		return out, err
	}
	site.Recipe = recipe
	site = site.Normal()
	if err := e.accept(before, site, all); err != nil {
		return out, err
	}
	if string(text(before)) != string(text(site)) {
		if err := call(e.hooks.Write, recipe); err != nil {
			return out, err
		}
		e.mu.Lock()
		e.sites = with(all, site)
		e.mu.Unlock()
		out.Wrote = true
	}
	if err := call(e.hooks.Runtime, recipe); err != nil {
		return out, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current().structure(recipe) != structure(site) {
		e.reload()
		out.Reloaded = true
	}
	e.current().align(site)
	e.forget(before, site)
	e.changed()
	return out, nil
}

// due tells whether the worker runs another structure than a site shall have.
func (e *Edge) due(site proxy.Site) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.current().structure(site.Recipe) != structure(site)
}

// accept makes all checks that come before writing.
func (e *Edge) accept(before, site proxy.Site, all []proxy.Site) error {
	if err := site.Validate(); err != nil {
		return err
	}
	if err := proxy.Claims(site, all); err != nil {
		return err
	}
	if err := proxy.InUse(before, site); err != nil {
		return err
	}
	if err := e.there(before, site); err != nil {
		return err
	}
	for _, p := range site.Ports {
		had := slices.ContainsFunc(all, func(s proxy.Site) bool {
			return slices.ContainsFunc(s.Ports, func(q proxy.Port) bool { return q.Listen == p.Listen && q.Address == p.Address })
		})
		if !had && e.hooks.Taken != nil && e.hooks.Taken(p.Listen) {
			return fmt.Errorf("%w: port %s of %s wants %d", proxy.ErrPortTaken, p.Name, site.Recipe, p.Listen)
		}
	}
	if e.due(site) && e.hooks.Check != nil {
		if err := e.hooks.Check(with(all, site)); err != nil {
			return fmt.Errorf("%w: %w", proxy.ErrRefused, err)
		}
	}
	return nil
}

// Reload starts a new worker from what is written, as anybody may at any time.
func (e *Edge) Reload() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reload()
}

// Drain implements proxy.Edge.
func (e *Edge) Drain(ctx context.Context, servers []proxy.ServerID, limit time.Duration, progress func(open int)) (int, error) {
	if len(servers) == 0 {
		return 0, nil
	}
	return proxy.Await(ctx, limit, progress, func(ctx context.Context) (int, error) {
		all, err := e.Stats(ctx, servers)
		left := 0
		for _, s := range all {
			left += int(s.Active + s.Queued)
		}
		return left, err
	})
}

func call(hook func(string) error, recipe string) error {
	if hook == nil {
		return nil
	}
	return hook(recipe)
}

// text is a site's JSON, which is equal where the sites are.
func text(s proxy.Site) []byte {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // plain data
	}
	return append(raw, '\n')
}

// structure is the JSON of what no running worker can be told.
func structure(s proxy.Site) string {
	bare := proxy.Site{Recipe: s.Recipe, Maintenance: s.Maintenance}
	var names proxy.Names
	for _, p := range s.Ports {
		names.Add(&s, p)
		port := proxy.Port{Listen: p.Listen, Address: p.Address, Mode: p.Mode}
		if p.TLS != nil {
			port.TLS = &proxy.TLS{Min: p.TLS.Min, HTTP1: p.TLS.HTTP1}
		}
		bare.Ports = append(bare.Ports, port)
	}
	if looks := fmt.Sprint(names, timed(s)); looks != fmt.Sprint(proxy.Names{}, []string(nil)) {
		bare.Origin = looks
	}
	for i := range s.Services {
		service := &s.Services[i]
		room := []proxy.Server{{Slot: service.Slots()}}
		bare.Services = append(bare.Services, proxy.Service{
			Name: service.Name, Mode: service.Mode,
			A: proxy.Backend{Check: service.Watch(proxy.A), Servers: room},
			B: proxy.Backend{Check: service.Watch(proxy.B), Servers: room},
		})
	}
	if bare.Empty() {
		return ""
	}
	return string(text(bare))
}

// timed are the services that have some route with timeouts of its own.
func timed(s proxy.Site) (services []string) {
	for _, p := range s.Ports {
		for _, r := range p.Routes {
			if r.Server > 0 || r.Tunnel > 0 {
				services = append(services, fmt.Sprint(r.Service, r.Server > 0, r.Tunnel > 0))
			}
		}
	}
	slices.Sort(services)
	return slices.Compact(services)
}

func cloneAll(sites []proxy.Site) []proxy.Site {
	var all []proxy.Site
	for _, s := range sites {
		all = append(all, s.Clone())
	}
	return all
}

func find(sites []proxy.Site, recipe string) proxy.Site {
	for _, s := range sites {
		if s.Recipe == recipe {
			return s
		}
	}
	return proxy.Site{Recipe: recipe}
}

// with puts a site in the place of its recipe's old one.
func with(sites []proxy.Site, site proxy.Site) []proxy.Site {
	sites = slices.DeleteFunc(cloneAll(sites), func(s proxy.Site) bool { return s.Recipe == site.Recipe })
	if !site.Empty() {
		sites = append(sites, site.Clone())
	}
	slices.SortFunc(sites, func(a, b proxy.Site) int { return cmp.Compare(a.Recipe, b.Recipe) })
	return sites
}
