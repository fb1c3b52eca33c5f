package sim

import (
	"context"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// worker is a process that serves: the sites as it knows them, and counters of its own.
type worker struct {
	sites map[string]proxy.Site
	stats map[proxy.ServerID]*proxy.Stats
	turns map[string]int // whose turn it is, by backend
	open  int
	name  proxy.Worker
}

// newWorker starts from what is written. Draining servers begin in maint, as a file has them disabled.
func newWorker(sites []proxy.Site) *worker {
	w := &worker{sites: map[string]proxy.Site{}, stats: map[proxy.ServerID]*proxy.Stats{}, turns: map[string]int{}}
	for _, s := range cloneAll(sites) {
		for i := range s.Services {
			for _, side := range []proxy.Side{proxy.A, proxy.B} {
				servers := s.Services[i].Side(side).Servers
				for j := range servers {
					if servers[j].State == proxy.Draining {
						servers[j].State = proxy.Maint
					}
				}
			}
		}
		w.sites[s.Recipe] = s
	}
	return w
}

func (w *worker) structure(recipe string) string {
	s, ok := w.sites[recipe]
	if !ok {
		return ""
	}
	return structure(s)
}

// align gives the worker what is written of a site.
func (w *worker) align(site proxy.Site) {
	if site.Empty() {
		delete(w.sites, site.Recipe)
		return
	}
	w.sites[site.Recipe] = site.Clone()
}

// Stand gives the edge the sites of another one, which does what they say.
func (e *Edge) Stand(sites []proxy.Site) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sites = nil
	for _, s := range sites {
		e.sites = with(e.sites, s.Normal())
	}
	e.workers = []*worker{newWorker(e.sites)}
	for _, s := range e.sites {
		e.current().align(s)
	}
}

// of is the counter of a server.
func (w *worker) of(id proxy.ServerID) *proxy.Stats {
	s := w.stats[id]
	if s == nil {
		s = &proxy.Stats{}
		w.stats[id] = s
	}
	return s
}

func (e *Edge) current() *worker { return e.workers[len(e.workers)-1] }

// reload lets a new worker take over. Old ones without connections end, and their counters with them.
func (e *Edge) reload() {
	next := newWorker(e.sites)
	next.name = e.current().name + 1
	e.workers = append(e.workers, next)
	e.reap()
}

func (e *Edge) reap() {
	var left []*worker
	for i, w := range e.workers {
		if w.open > 0 || i == len(e.workers)-1 {
			left = append(left, w)
		}
	}
	e.workers = left
}

// Workers is the number of processes that serve or end what they have.
func (e *Edge) Workers() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.workers)
}

// Stats implements proxy.Edge. Servers that the current worker does not have are not among them.
func (e *Edge) Stats(_ context.Context, servers []proxy.ServerID) (map[proxy.ServerID]proxy.Stats, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := map[proxy.ServerID]proxy.Stats{}
	for _, id := range servers {
		site := e.current().sites[id.Recipe]
		service := site.Service(id.Service)
		known := service != nil && id.Slot >= 1 && id.Slot <= service.Slots()
		var sum proxy.Stats
		for _, w := range e.workers {
			if s, ok := w.stats[id]; ok {
				known = true
				sum.Sessions += s.Sessions
				sum.Active += s.Active
				sum.ConnectErrors += s.ConnectErrors
				for i, n := range s.Responses {
					sum.Responses[i] += n
				}
			}
		}
		if !known {
			continue
		}
		if service != nil {
			e.watch(&sum, service.Side(id.Side).Server(id.Slot))
		}
		all[id] = sum
	}
	return all, nil
}

// Counters implements proxy.Edge.
func (e *Edge) Counters(_ context.Context, servers []proxy.ServerID) (map[proxy.Worker]map[proxy.ServerID]proxy.Stats, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := map[proxy.Worker]map[proxy.ServerID]proxy.Stats{}
	for _, w := range e.workers {
		all[w.name] = map[proxy.ServerID]proxy.Stats{}
		for _, id := range servers {
			if s, ok := w.stats[id]; ok {
				all[w.name][id] = *s
			}
		}
	}
	return all, nil
}

// watch adds what a check says of a server.
func (e *Edge) watch(s *proxy.Stats, server *proxy.Server) {
	if server == nil || server.State == proxy.Maint {
		return
	}
	s.Up = e.alive(server)
	s.Check = "L4CON"
	if s.Up {
		s.Check = "L7OK"
	}
}

// Live is what the current worker serves, to be compared with the Sites that are written.
func (e *Edge) Live() []proxy.Site {
	e.mu.Lock()
	defer e.mu.Unlock()
	var sites []proxy.Site
	for _, s := range e.current().sites {
		sites = with(sites, s)
	}
	return sites
}
