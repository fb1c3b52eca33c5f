package service

import (
	"maps"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
)

var (
	_ kind.Joining   = Kind{}
	_ kind.Renewable = Kind{}
)

// Renewable says that services have releases.
func (Kind) Renewable() {}

// Joins keeps services with those that they switch with, now or as they are wanted, with the ports that would lead to
// nothing without them, and with those that hold what they are to hold alone.
func (Kind) Joins(in kind.Input) []kind.Join {
	j := newJoiner(in)
	j.switchovers()
	if site := world.Facts(in.Observed).Site(in.Desired.Recipe.Name); site != nil {
		j.groups(site)
		j.doors(site)
	}
	j.holders()
	return j.out
}

type joiner struct {
	in    kind.Input
	names map[string]addr.Addr // services by their names on the edge
	out   []kind.Join
}

func newJoiner(in kind.Input) *joiner {
	j := &joiner{in: in, names: map[string]addr.Addr{}}
	for _, o := range in.Observed.Objects {
		j.name(o.Addr)
	}
	for _, r := range in.Desired.Resources {
		j.name(r.Addr)
	}
	return j
}

func (j *joiner) name(a addr.Addr) {
	if a.Kind == "service" {
		j.names[j.in.Desired.Recipe.Moved.Named(a).Short()] = a
	}
}

func (j *joiner) add(of, with addr.Addr, why string) {
	if of != with {
		j.out = append(j.out, kind.Join{Of: of, With: with, Why: why})
	}
}

// switchovers are followed from their services; what they need leads to the others.
func (j *joiner) switchovers() {
	for _, r := range j.in.Desired.Resources {
		if r.Addr.Kind != "switchover" {
			continue
		}
		s, _, err := switchover.Read(r.Spec)
		if err != nil {
			continue
		}
		for _, ref := range s.Services {
			if a, err := addr.Parse(ref.Addr); err == nil {
				j.add(a, r.Addr, "it switches "+ref.Addr)
				j.add(r.Addr, a, r.Addr.String()+" switches it")
			}
		}
	}
}

// groups are the services that switch together on the edge as it stands.
func (j *joiner) groups(site *proxy.Site) {
	first := map[string]addr.Addr{}
	for _, s := range site.Services {
		a, _, known := j.split(s.Name)
		if !known {
			continue
		}
		if one, seen := first[s.Group]; seen {
			j.add(one, a, "it switches together with "+one.String()+" as they stand")
			j.add(a, one, "it switches together with "+a.String()+" as they stand")
		} else {
			first[s.Group] = a
		}
	}
}

// split takes a name on the edge apart: the service, and its named port.
func (j *joiner) split(name string) (a addr.Addr, port string, known bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return a, "", false
	}
	a, known = j.names[name[:dot]]
	return a, name[dot+1:], known
}

// doors are the ports that lead to what a service will not have any more.
func (j *joiner) doors(site *proxy.Site) {
	names := port.Known(j.in)
	for _, p := range site.Ports {
		for _, route := range p.Routes {
			a, name, known := j.split(route.Service)
			if !known || j.exposes(a, name) {
				continue
			}
			j.add(a, names.Addr(p.Name), "it leads to what goes of "+a.String())
		}
	}
}

func (j *joiner) exposes(a addr.Addr, name string) bool {
	r := j.in.Desired.Find(a)
	if r == nil {
		return false
	}
	spec, err := container.Parse(r.Spec)
	if err != nil {
		return true
	}
	_, has := spec.Expose[name]
	return has
}

// holders are the services whose containers have what another one is to have alone.
func (j *joiner) holders() {
	has := map[string]addr.Addr{}
	for _, o := range j.in.Observed.Objects {
		if o.Type == "container" && o.Running && o.Addr.Kind == "service" {
			for _, held := range holds(o.Spec) {
				has[held] = o.Addr
			}
		}
	}
	if len(has) == 0 {
		return
	}
	for _, r := range j.in.Desired.Resources {
		if r.Addr.Kind != "service" {
			continue
		}
		for _, held := range holds(r.Spec) {
			if other, taken := has[held]; taken {
				j.add(r.Addr, other, "it holds "+held+", which "+r.Addr.String()+" gets")
			}
		}
	}
}

// holds are the volumes, directories and ports of the machine that one container alone can have.
func holds(raw []byte) []string {
	var all []string
	spec, err := container.Parse(raw)
	if raw == nil || err != nil {
		return nil
	}
	for _, target := range slices.Sorted(maps.Keys(spec.Mount)) {
		if held := heldBy(spec.Mount[target]); held != "" {
			all = append(all, held)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(spec.Expose)) {
		if at := spec.Expose[name].Publish; at != "" {
			all = append(all, "the published port "+at)
		}
	}
	return all
}
