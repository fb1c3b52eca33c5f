package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// statusJSON is how a recipe stands on an engine: what "recipe status --json" writes. Fields are added, never
// changed or removed.
type statusJSON struct {
	Format   int           `json:"format_version"` // 1
	Recipe   string        `json:"recipe"`
	Origin   string        `json:"origin"`
	Engine   engineJSON    `json:"engine"`
	Services []serviceJSON `json:"services"`
	// Switchovers are those under way.
	Switchovers []switchJSON `json:"switchovers"`
	Ports       []portJSON   `json:"ports"`
	Edge        edgeJSON     `json:"edge"`
	// Maintenance says that the maintenance page is up.
	Maintenance bool         `json:"maintenance"`
	Lock        *lockJSON    `json:"lock,omitempty"` // absent while nobody changes the recipe's objects
	Last        *state.Entry `json:"last,omitempty"` // how the last apply ended
}

type engineJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Host    string `json:"host"`
	Version string `json:"version"`
}

// serviceJSON is a service with the releases that the engine has of it, the newest first.
type serviceJSON struct {
	Addr     addr.Addr     `json:"addr"`
	Releases []releaseJSON `json:"releases"`
}

type releaseJSON struct {
	Release    string `json:"release"`
	Generation int    `json:"generation"`
	// Current says that it is to serve: it gets traffic or, where no port tells, the last apply left it so.
	Current bool `json:"current"`
	// Wanted is how many containers the release is to have, Running how many run now, Kept how many are kept,
	// stopped, for a rollback.
	Wanted  int `json:"wanted"`
	Running int `json:"running"`
	Kept    int `json:"kept"`
	// Side and Percent say how much of the traffic it gets; Side is empty where no port leads to the service.
	Side    string    `json:"side,omitempty"`
	Percent int       `json:"percent"`
	Since   time.Time `json:"since,omitzero"` // when the newest running container was started
	// Standby is since when the release stands by, absent for one that does not. Serves says that it gets the requests
	// nevertheless: no container of the release that has the traffic runs.
	Standby time.Time `json:"standby_since,omitzero"`
	Serves  bool      `json:"serves_instead,omitempty"`
	// Failed is how many containers are kept for a look, stopped, since the release was taken back.
	Failed int `json:"failed,omitempty"`
	// Containers by name.
	Containers []containerJSON `json:"containers"`
}

type containerJSON struct {
	Name     string    `json:"name"`
	State    string    `json:"state"`
	Health   string    `json:"health,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Restarts int       `json:"restarts"`
	Exit     int       `json:"exit_code"`
}

type portJSON struct {
	Addr    addr.Addr   `json:"addr"`
	Listen  int         `json:"listen"`
	Address string      `json:"address,omitempty"`
	Mode    string      `json:"mode"`
	Routes  []routeJSON `json:"routes"`
}

type routeJSON struct {
	Host string `json:"host,omitempty"`
	Path string `json:"path,omitempty"`
	To   string `json:"to"` // service and port: web.http; or "https on 443", where it redirects
}

type edgeJSON struct {
	Name    string    `json:"name"`
	Exists  bool      `json:"exists"`
	Running bool      `json:"running"`
	Image   string    `json:"image,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Recipes int       `json:"recipes"` // how many share it
	Problem string    `json:"problem,omitempty"`
}

type lockJSON struct {
	By    string    `json:"by"`
	Since time.Time `json:"since"`
}

// newStatusJSON makes it of what was observed.
func newStatusJSON(r state.Recipe, observed *state.Observed, recorded *state.Recorded) *statusJSON {
	known := world.Facts(observed)
	s := &statusJSON{Format: 1, Recipe: r.Name, Origin: r.Origin, Services: []serviceJSON{}, Ports: []portJSON{}}
	s.Engine = engineJSON{ID: known.Info.ID, Name: known.Info.Name, Version: known.Info.Version}
	e := known.Edge
	s.Edge = edgeJSON{Exists: e.Exists, Running: e.Running, Image: e.Container.Image, Since: e.Container.Started, Recipes: len(e.Sites)}
	if e.Problem != nil {
		s.Edge.Problem = e.Problem.Error()
	}
	if known.Lock != nil {
		s.Lock = &lockJSON{known.Lock.By, known.Lock.Since}
	}
	if n := len(recorded.History); n > 0 {
		s.Last = &recorded.History[n-1]
	}
	site := known.Site(r.Name)
	if site != nil {
		s.Maintenance = site.Down
		for _, p := range site.Ports {
			s.Ports = append(s.Ports, portOf(p, port.Recorded(r, recorded)))
		}
	}
	s.Switchovers = switchesOf(site, recorded, known.Lock != nil)
	s.Services = append(s.Services, servicesOf(r, observed, recorded, site)...)
	return s
}

func portOf(p proxy.Port, names port.Names) portJSON {
	out := portJSON{Addr: names.Addr(p.Name), Listen: p.Listen, Address: p.Address, Mode: string(p.Mode), Routes: []routeJSON{}}
	for _, r := range p.Routes {
		to := r.Service
		if r.Redirect > 0 {
			to = fmt.Sprintf("https on %d", r.Redirect)
		}
		out.Routes = append(out.Routes, routeJSON{Host: r.Host, Path: r.Path, To: to})
	}
	return out
}

func servicesOf(of state.Recipe, observed *state.Observed, recorded *state.Recorded, site *proxy.Site) []serviceJSON {
	var list []serviceJSON
	for _, o := range observed.Objects {
		c, ok := o.Data.(engine.Container)
		if !ok || o.Addr.Kind != "service" {
			continue
		}
		i := slices.IndexFunc(list, func(s serviceJSON) bool { return s.Addr == o.Addr })
		if i < 0 {
			i = len(list)
			list = append(list, serviceJSON{Addr: o.Addr})
		}
		s := &list[i]
		j := slices.IndexFunc(s.Releases, func(r releaseJSON) bool { return r.Release == o.Release })
		if j < 0 {
			j = len(s.Releases)
			s.Releases = append(s.Releases, releaseOf(of, o, recorded, site))
		}
		s.Releases[j].add(o, c)
	}
	for i := range list {
		list[i].fallen()
		slices.SortStableFunc(list[i].Releases, func(a, b releaseJSON) int { return cmp.Compare(b.Generation, a.Generation) })
	}
	return list
}

// fallen says of a release that stands by whether it serves, since the one that has the traffic does not run.
func (s *serviceJSON) fallen() {
	up := slices.ContainsFunc(s.Releases, func(r releaseJSON) bool { return r.Percent > 0 && r.Running > 0 })
	for i := range s.Releases {
		r := &s.Releases[i]
		r.Serves = !r.Standby.IsZero() && r.Percent == 0 && r.Running > 0 && !up
	}
}

// releaseOf begins a release with its place on the edge.
func releaseOf(of state.Recipe, o state.Object, recorded *state.Recorded, site *proxy.Site) releaseJSON {
	r := releaseJSON{Release: o.Release, Generation: o.Generation, Wanted: countOf(o.Spec)}
	if n := len(recorded.History); n > 0 && recorded.History[n-1].Releases[o.Addr.String()] == o.Release {
		r.Current = true
		// A container tells the count that it was made with, and may have been scaled since.
		if spec, ok := recorded.Resources[o.Addr.String()]; ok {
			r.Wanted = countOf(spec)
		}
	}
	if site == nil {
		return r
	}
	for i := range site.Services {
		service := &site.Services[i]
		group := site.Group(service.Group)
		if group == nil || !strings.HasPrefix(service.Name, port.Service(of, state.Ref{Addr: o.Addr.String()})) {
			continue
		}
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			if service.Side(side).Release == o.Release {
				r.Side, r.Percent = string(side), group.Percent
				if side == proxy.A {
					r.Percent = 100 - group.Percent
				}
				r.Current = r.Percent > 0
				if by, since, ok := site.StandsBy(service.Group); ok && by == side {
					r.Standby = since
				}
			}
		}
	}
	return r
}

// countOf is the count of a service's spec.
func countOf(spec json.RawMessage) int {
	var service struct {
		Count *int `json:"count"`
	}
	if json.Unmarshal(spec, &service) == nil && service.Count != nil {
		return *service.Count
	}
	return 1
}

func (r *releaseJSON) add(o state.Object, c engine.Container) {
	since := c.Started
	switch {
	case o.Running:
		r.Running++
		if c.Started.After(r.Since) {
			r.Since = c.Started
		}
	case container.IsAside(o.Name):
		r.Failed++
		since = c.Finished
	case c.State == engine.Exited:
		if !r.Current {
			r.Kept++
		}
		since = c.Finished
	}
	r.Containers = append(r.Containers, containerJSON{Name: o.Name, State: string(c.State), Health: c.Health, Since: since,
		Restarts: c.RestartCount, Exit: c.ExitCode})
}
