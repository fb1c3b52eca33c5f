package enginetest

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func imagesTests() tests {
	return tests{
		"an imported image keeps its configuration": importRoot,
		"tags come and go":                          tags,
		"an image in use stays":                     imageInUse,
	}
}

// imported is a small image of the test's own.
func (w *world) imported() (string, engine.ImageConfig) {
	w.Helper()
	info, err := w.Info(w.ctx)
	w.need(err)
	config := engine.ImageConfig{
		Entrypoint: []string{"/app", "two words"}, Command: []string{"serve"},
		Env:          []string{`A=a "b" $c \d`, "B=", "C=x=y"},
		ExposedPorts: []string{"53/udp", "80/tcp"}, User: "1000:1000", Workdir: "/data",
		Labels: map[string]string{Label: w.id, "json": `{"a":["$b"]}`}, Arch: info.Arch,
	}
	ref := w.id + ":one"
	w.need(w.ImportRoot(w.ctx, ref, bytes.NewReader(Tar(w, map[string]string{"file": "text", "data/": ""})), config))
	w.later(func(ctx context.Context) error { return w.RemoveImage(ctx, ref) })
	return ref, config
}

func importRoot(w *world) {
	ref, config := w.imported()
	got, err := w.Image(w.ctx, ref)
	w.need(err)
	if diff := cmp.Diff(config, got.Config); diff != "" {
		w.Errorf("imported and found differ:\n%s", diff)
	}
	if !slices.Contains(got.Tags, ref) || got.Labels[Label] != w.id || got.Size == 0 || got.Created.IsZero() {
		w.Errorf("found %+v", got)
	}
	list, err := w.Images(w.ctx, w.labels())
	w.need(err)
	if len(list) != 1 || list[0].ID != got.ID || !slices.Contains(list[0].Tags, ref) {
		w.Errorf("listed as %+v", list)
	}
}

func tags(w *world) {
	ref, _ := w.imported()
	image, err := w.Image(w.ctx, ref)
	w.need(err)
	second := w.id + ":two"
	w.need(w.Tag(w.ctx, image.ID, second))
	w.later(func(ctx context.Context) error { return w.RemoveImage(ctx, second) })
	w.need(w.RemoveImage(w.ctx, ref))
	_, err = w.Image(w.ctx, ref)
	w.want(err, engine.ErrNotFound)
	kept, err := w.Image(w.ctx, second)
	w.need(err)
	if kept.ID != image.ID {
		w.Errorf("the second tag names %s, want %s", kept.ID, image.ID)
	}
	w.need(w.RemoveImage(w.ctx, second))
	w.need(w.RemoveImage(w.ctx, second))
	_, err = w.Image(w.ctx, image.ID)
	w.want(err, engine.ErrNotFound)
	w.want(w.Tag(w.ctx, image.ID, ref), engine.ErrNotFound)
}

func imageInUse(w *world) {
	ref, _ := w.imported()
	spec := w.spec("a")
	spec.Image = ref
	id := w.create(spec)
	w.want(w.RemoveImage(w.ctx, ref), engine.ErrInUse)
	w.need(w.RemoveContainer(w.ctx, id))
	w.need(w.RemoveImage(w.ctx, ref))
}
