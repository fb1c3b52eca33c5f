package simulated_test

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// settled checks that nothing is left to do, nothing was lost, and nothing is left over.
func (s *scene) settled(d *state.Desired, mode kind.Mode) {
	s.Helper()
	s.calm(d, mode)
	if mode == kind.Apply {
		s.exactly(d)
	}
	s.unharmed()
}

// calm checks that nothing is left to do, and that the edge serves what its files say.
func (s *scene) calm(d *state.Desired, mode kind.Mode) {
	s.Helper()
	switch mode {
	case kind.Apply:
		if p := s.plan(d, mode); !p.Empty() {
			s.Errorf("there is something left to do:\n%s", steps(p))
		}
	case kind.Destroy:
		s.nothing()
	}
	if !reflect.DeepEqual(s.sites(), s.Edge.Live()) {
		s.Errorf("the edge serves\n%+v\nand its files say\n%+v", s.Edge.Live(), s.sites())
	}
}

// unharmed stops the clients and checks that they lost nothing.
func (s *scene) unharmed() {
	s.Helper()
	time.Sleep(3 * time.Second) // of traffic on what stands now
	for _, c := range s.clients {
		r := c.Stop()
		lost := rehearse.Unannounced(r.Lost, s.bound)
		if len(lost) > 0 {
			s.Errorf("%d of %d requests were lost (%d excused), the first ones:\n%s", len(lost), r.Requests, len(r.Lost)-len(lost), lines(lost[:min(3, len(lost))]))
		}
	}
	s.clients = nil
}

func lines[T any](list []T) string {
	var b strings.Builder
	for _, one := range list {
		fmt.Fprintf(&b, "  %v\n", one)
	}
	return b.String()
}

func (s *scene) containers() []engine.Container {
	list, err := s.Engine.Containers(s.ctx, map[string]string{label.Addr: ""})
	if err != nil {
		s.Fatalf("%v", err)
	}
	return list
}

// exactly checks that the containers of the wanted releases run, as many as wanted, and no others.
func (s *scene) exactly(d *state.Desired) {
	s.Helper()
	running, kept := map[string]int{}, map[string]map[string]bool{}
	for _, c := range s.containers() {
		a := c.Labels[label.Addr]
		switch c.State {
		case engine.Running:
			running[a+" "+c.Labels[label.Release]]++
		case engine.Exited:
			if kept[a] == nil {
				kept[a] = map[string]bool{}
			}
			kept[a][c.Labels[label.Release]] = true
		default:
			if s.waits() { // what an apply left before goes when the switchover does
				continue
			}
			s.Errorf("%s is %s", c.Name, c.State)
		}
	}
	for _, r := range d.Resources {
		if r.Addr.Kind != "service" {
			continue
		}
		spec, err := container.Parse(r.Spec)
		if err != nil {
			s.Fatalf("%v", err)
		}
		image, err := s.Engine.RemoteDigest(s.ctx, spec.Image.Name)
		if err != nil {
			s.Fatalf("%v", err)
		}
		release := spec.Release(strings.TrimPrefix(image, "sha256:"))
		if key := r.Addr.String() + " " + release; running[key] != spec.Replicas() && !s.waits() { // another count waits, too
			s.Errorf("%d containers of %s run, not %d:\n%s", running[key], key, spec.Replicas(), s.Engine.Dump())
		} else {
			delete(running, key)
		}
		if (len(kept[r.Addr.String()]) > 2 || kept[r.Addr.String()][release]) && !s.waits() { // which goes when it does
			s.Errorf("kept of %s %s: %v", r.Addr, release, kept[r.Addr.String()])
		}
	}
	standing := s.standing()
	for key, n := range running {
		if n > 0 && !standing[key] && !s.waits() {
			s.Errorf("%d containers of %s are left over:\n%s", n, key, s.Engine.Dump())
		}
	}
}

// waits tells whether a switchover is paused, which has both releases run.
func (s *scene) waits() bool {
	for _, site := range s.sites() {
		for i := range site.Groups {
			if site.Groups[i].Paused() {
				return true
			}
		}
	}
	return false
}

// standing are the releases that stand by, by their services.
func (s *scene) standing() map[string]bool {
	found := map[string]bool{}
	for _, site := range s.sites() {
		for _, v := range site.Services {
			if side, _, ok := site.StandsBy(v.Group); ok {
				name, _, _ := strings.Cut(v.Name, ".")
				found["service."+name+" "+v.Side(side).Release] = true
			}
		}
	}
	return found
}

// nothing checks that nothing of the recipe is left.
func (s *scene) nothing() {
	s.Helper()
	for _, line := range strings.Split(s.Engine.Dump(), "\n") {
		if line != "" && !strings.HasPrefix(line, "image ") && !strings.HasPrefix(line, "volume shop-") {
			s.Errorf("left over: %s", line)
		}
	}
	if sites, _ := s.Edge.Sites(s.ctx); len(sites) > 0 {
		s.Errorf("left on the edge: %+v", sites)
	}
}

func steps(p *simulated.Planned) string {
	var b strings.Builder
	for _, i := range p.Steps {
		fmt.Fprintf(&b, "  %s: %s\n", i.ID, i.Title)
	}
	return b.String()
}

func (s *scene) sites() []proxy.Site {
	sites, err := s.Edge.Sites(s.ctx)
	if err != nil {
		s.Fatalf("%v", err)
	}
	if len(sites) == 0 {
		return nil
	}
	return sites
}

// state is all that stands, for people.
func (s *scene) state() string {
	var b strings.Builder
	b.WriteString(s.Engine.Dump())
	for _, site := range s.sites() {
		for _, g := range site.Groups {
			fmt.Fprintf(&b, "group %s %d%% to b\n", g.Name, g.Percent)
		}
		for _, v := range site.Services {
			fmt.Fprintf(&b, "service %s of %s:", v.Name, v.Group)
			for _, side := range []proxy.Side{proxy.A, proxy.B} {
				fmt.Fprintf(&b, " %s %s", side, v.Side(side).Release)
				for _, server := range v.Side(side).Servers {
					fmt.Fprintf(&b, " [%d %s %s]", server.Slot, server.Address, server.State)
				}
			}
			b.WriteByte('\n')
		}
		for _, p := range site.Ports {
			fmt.Fprintf(&b, "port %d %v\n", p.Listen, p.Routes)
		}
	}
	return b.String()
}

func (s *scene) failed() bool {
	t, ok := s.failer.(interface{ Failed() bool })
	return ok && t.Failed()
}
