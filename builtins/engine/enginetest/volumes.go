package enginetest

import "github.com/deployrecipe/recipe/builtins/engine"

func volumesTests() tests {
	return tests{
		"a volume's first labels stay": volumeLabels,
		"a volume in use stays":        volumeInUse,
	}
}

func volumeLabels(w *world) {
	name := w.volume("vol")
	w.need(w.CreateVolume(w.ctx, engine.VolumeSpec{Name: name, Labels: w.labels()}))
	w.want(w.CreateVolume(w.ctx, engine.VolumeSpec{Name: name, Labels: map[string]string{Label: "other"}}), engine.ErrConflict)
	list, err := w.Volumes(w.ctx, w.labels())
	w.need(err)
	if len(list) != 1 || list[0].Name != name || list[0].Driver != "local" {
		w.Errorf("found volumes %+v", list)
	}
	w.need(w.RemoveVolume(w.ctx, name))
	w.need(w.RemoveVolume(w.ctx, name))
}

func volumeInUse(w *world) {
	name := w.volume("vol")
	spec := w.spec("a", "serve")
	spec.Mounts = []engine.Mount{{Volume: name, Target: "/data"}}
	id := w.create(spec)
	w.want(w.RemoveVolume(w.ctx, name), engine.ErrInUse)
	w.need(w.RemoveContainer(w.ctx, id))
	list, err := w.Volumes(w.ctx, w.labels())
	w.need(err)
	if len(list) != 1 {
		w.Error("a named volume went away with its container")
	}
}
