package world

import (
	"cmp"
	"slices"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// The types of objects. Data of each is the engine package's struct of that name.
const (
	Container = "container"
	Image     = "image"
	Network   = "network"
	Volume    = "volume"
)

// objects gathers what blocks have made. Locks and records belong to a recipe too, but no block made them.
func objects(r state.Recipe, containers []engine.Container, images []engine.Image, networks []engine.Network, volumes []engine.Volume) []state.Object {
	var all []state.Object
	add := func(kind, id, name string, running bool, labels map[string]string, data any) {
		object, ok := label.Read(labels)
		if !ok || labels[label.Role] != "" {
			return
		}
		object.Type, object.ID, object.Name, object.Running, object.Data = kind, id, name, running, data
		all = append(all, object)
	}
	for _, c := range containers {
		if a, err := addr.Parse(c.Labels[label.Addr]); err == nil && a.Kind == "image" {
			continue // somebody's own container from an image of ours: it has the image's labels
		}
		add(Container, c.ID, c.Name, c.State == engine.Running || c.State == engine.Restarting, c.Labels, c)
	}
	all = append(all, image.Objects(r, images)...)
	for _, n := range networks {
		add(Network, n.ID, n.Name, false, n.Labels, n)
	}
	for _, v := range volumes {
		add(Volume, v.Name, v.Name, false, v.Labels, v)
	}
	slices.SortFunc(all, func(a, b state.Object) int {
		return cmp.Or(addr.Compare(a.Addr, b.Addr), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	return all
}
