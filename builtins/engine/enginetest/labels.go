package enginetest

import (
	"context"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func labelsTests() tests {
	return tests{
		"labels select": selectByLabels,
	}
}

func selectByLabels(w *world) {
	for _, name := range []string{"a", "b"} {
		spec := w.spec(name, "serve")
		spec.Labels["which"] = name
		w.create(spec)
		w.need(w.CreateVolume(w.ctx, engine.VolumeSpec{Name: w.id + name, Labels: spec.Labels}))
		w.later(func(ctx context.Context) error { return w.RemoveVolume(ctx, w.id+name) })
	}
	for _, c := range []struct {
		labels map[string]string
		want   int
	}{
		{map[string]string{Label: w.id}, 2},
		{map[string]string{Label: w.id, "which": ""}, 2},
		{map[string]string{Label: w.id, "which": "a"}, 1},
		{map[string]string{Label: w.id, "which": "c"}, 0},
		{map[string]string{Label: w.id, "other": ""}, 0},
	} {
		containers, err := w.Containers(w.ctx, c.labels)
		w.need(err)
		found, err := w.Volumes(w.ctx, c.labels)
		w.need(err)
		if len(containers) != c.want || len(found) != c.want {
			w.Errorf("%v selects %d containers and %d volumes, want %d of each", c.labels, len(containers), len(found), c.want)
		}
	}
	list, err := w.Containers(w.ctx, map[string]string{Label: w.id, "which": "a"})
	w.need(err)
	if got := list[0]; got.Name != w.id+"-a" || got.Labels["which"] != "a" || got.State != engine.Created || got.ID == "" || got.ImageID == "" {
		w.Errorf("listed as %+v", got)
	}
}
