package rehearse

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/simulated"
)

// Route is a way into the edge: what a client asks for.
type Route struct {
	Port       int
	Host, Path string
}

// String writes the route as clients do.
func (r Route) String() string { return fmt.Sprintf("%s:%d%s", r.Host, r.Port, r.Path) }

// Standing is what of a recipe stands on a World.
type Standing struct {
	// Containers counts them by address, release and state, those left out that are kept stopped.
	Containers map[string]int
	// Serving are the releases that answer at each route, of the recipe's and of others, empty where nobody does.
	Serving map[Route][]string
	// Rest are the names of networks and volumes.
	Rest []string
}

// Look sees what stands of a recipe.
func Look(ctx context.Context, w *simulated.World, recipe string) (Standing, error) {
	s := Standing{Containers: map[string]int{}, Serving: map[Route][]string{}}
	mine := map[string]string{label.Recipe: recipe}
	containers, err := w.Engine.Containers(ctx, mine)
	if err != nil {
		return s, err
	}
	for _, c := range containers {
		if c.State != engine.Exited && c.Labels[label.Role] == "" {
			s.Containers[fmt.Sprintf("%s %s %s", c.Labels[label.Addr], c.Labels[label.Release], c.State)]++
		}
	}
	networks, err := w.Engine.Networks(ctx, mine)
	if err != nil {
		return s, err
	}
	for _, n := range networks {
		s.Rest = append(s.Rest, "network "+n.Name)
	}
	volumes, err := w.Engine.Volumes(ctx, mine)
	if err != nil {
		return s, err
	}
	for _, v := range volumes {
		if v.Labels[label.Role] == "" {
			s.Rest = append(s.Rest, "volume "+v.Name)
		}
	}
	for _, site := range w.Edge.Live() {
		for _, p := range site.Ports {
			for _, r := range p.Routes {
				if r.Redirect > 0 {
					continue // nobody serves there
				}
				at := Route{p.Listen, r.Host, r.Path}
				s.Serving[at] = serving(w, at)
			}
		}
	}
	return s, nil
}

// serving are the releases that answer at a route: those of the first and of the last draw by which the edge chooses.
func serving(w *simulated.World, r Route) []string {
	found := map[string]bool{}
	for _, draw := range []int{0, 99} {
		if target, err := w.Target(r.Port, r.Host, r.Path, draw); err == nil {
			found[target.ID.Service+"/"+target.Release] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Difference tells how what stands differs from what should; empty where it does not. Releases are not compared: after
// a crash a secret may count as a new one, which makes another release of the same. That the right one stands shows in
// the next plan, which is empty.
func (s Standing) Difference(want Standing) string {
	s, want = s.anonymous(), want.anonymous()
	var lines []string
	for _, key := range both(s.Containers, want.Containers) {
		if has, wants := s.Containers[key], want.Containers[key]; has != wants {
			lines = append(lines, fmt.Sprintf("%d containers of %s, not %d", has, key, wants))
		}
	}
	for _, route := range slices.SortedFunc(maps.Keys(merged(s.Serving, want.Serving)), func(a, b Route) int { return strings.Compare(a.String(), b.String()) }) {
		if has, wants := s.Serving[route], want.Serving[route]; !slices.Equal(has, wants) {
			lines = append(lines, fmt.Sprintf("%s is served by %s, not by %s", route, list(has), list(wants)))
		}
	}
	if !slices.Equal(s.Rest, want.Rest) {
		lines = append(lines, fmt.Sprintf("there are %s, not %s", list(s.Rest), list(want.Rest)))
	}
	return strings.Join(lines, "; ")
}

// anonymous is what stands without the names of releases.
func (s Standing) anonymous() Standing {
	a := Standing{Containers: map[string]int{}, Serving: map[Route][]string{}, Rest: s.Rest}
	for key, n := range s.Containers {
		words := strings.Fields(key)
		a.Containers[words[0]+" "+words[len(words)-1]] += n
	}
	for route, releases := range s.Serving {
		for _, release := range releases {
			service, _, _ := strings.Cut(release, "/")
			a.Serving[route] = append(a.Serving[route], service)
		}
	}
	return a
}

func merged[K comparable, V any](a, b map[K]V) map[K]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func both(a, b map[string]int) []string { return slices.Sorted(maps.Keys(merged(a, b))) }

func list(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// serves says in a word whose release stands, between what stood before and what the good path leads to.
func (s Standing) serves(before, after Standing) string {
	for route, releases := range before.Serving {
		if len(releases) > 0 && len(s.Serving[route]) == 0 && len(after.Serving[route]) > 0 {
			return "nobody"
		}
	}
	switch {
	case reflect.DeepEqual(s.Serving, after.Serving) && reflect.DeepEqual(s.Containers, after.Containers):
		return "new"
	case reflect.DeepEqual(s.Serving, before.Serving) && reflect.DeepEqual(s.Containers, before.Containers):
		return "old"
	case reflect.DeepEqual(s.Serving, before.Serving) && reflect.DeepEqual(s.Serving, after.Serving):
		return "between" // what stands behind no port
	case reflect.DeepEqual(s.Serving, before.Serving):
		return "old" // what is not taken back yet gets no requests
	case reflect.DeepEqual(s.Serving, after.Serving):
		return "new" // what has not gone yet gets none
	}
	return "between"
}

// Sites are what the edge's files say, nil where there are none.
func Sites(ctx context.Context, w *simulated.World) ([]proxy.Site, error) {
	sites, err := w.Edge.Sites(ctx)
	if len(sites) == 0 {
		return nil, err
	}
	return sites, err
}
