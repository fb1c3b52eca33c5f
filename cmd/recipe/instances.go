package main

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// instance is a container of a service or a job as it stands, for the commands that look into one.
type instance struct {
	state.Object
	engine.Container
	index int
}

func (i instance) name() string { return i.Object.Name }

// instances are the containers of a recipe's services and jobs, by address, then the newest release first, then by number.
func (p *planner) instances(ctx context.Context, r engine.Reader) ([]instance, error) {
	containers, err := r.Containers(ctx, map[string]string{label.Recipe: p.head.Name, label.Release: ""})
	if err != nil {
		return nil, err
	}
	var all []instance
	observed := &state.Observed{}
	for _, c := range containers {
		object, ok := label.Read(c.Labels)
		if !ok || object.Addr.Kind != "service" && object.Addr.Kind != "job" {
			continue
		}
		object.ID, object.Name, object.Running = c.ID, c.Name, c.State == engine.Running || c.State == engine.Restarting
		index, _ := strconv.Atoi(c.Labels[label.Index])
		observed.Objects = append(observed.Objects, object)
		all = append(all, instance{object, c, index})
	}
	p.head.Moved.Apply(observed, &state.Recorded{})
	for i := range all {
		all[i].Object.Addr = observed.Objects[i].Addr
	}
	slices.SortStableFunc(all, func(a, b instance) int {
		return cmp.Or(addr.Compare(a.Addr, b.Addr), cmp.Compare(b.Generation, a.Generation), cmp.Compare(a.index, b.index))
	})
	return all, nil
}

// of are the instances at an address, of a block's instances, or with * and ? in the name.
func of(all []instance, address string) []instance {
	var found []instance
	for _, i := range all {
		matched, err := path.Match(address, i.Addr.String())
		if i.Addr.String() == address || i.Addr.Block().String() == address || matched && err == nil {
			found = append(found, i)
		}
	}
	return found
}

// chosen are the instances of some services, of all services where none is named, of one release where that is. It is
// an error for a name to have none.
func (p *planner) chosen(all []instance, names []string, release string) ([]instance, error) {
	if len(names) == 0 {
		all = slices.DeleteFunc(slices.Clone(all), func(i instance) bool { return i.Addr.Kind != "service" })
		return ofRelease(all, release), nil
	}
	var found []instance
	for _, name := range names {
		some := of(all, name)
		if len(some) == 0 {
			var known []string
			for _, i := range all {
				known = append(known, i.Addr.String(), i.Addr.Block().String(), strings.TrimPrefix(i.Addr.Block().String(), "service."))
			}
			return nil, failf("No such service", "Nothing of %s stands on the engine under the address %s.%s", p.head.Name, name, diag.DidYouMean(name, known))
		}
		some = ofRelease(some, release)
		if len(some) == 0 {
			return nil, failf("No such release", "The engine has no container of release %s of %s. \"recipe status\" lists the releases.", release, name)
		}
		found = append(found, some...)
	}
	return found, nil
}

func ofRelease(all []instance, release string) []instance {
	if release == "" {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(i instance) bool { return i.Release != release })
}
