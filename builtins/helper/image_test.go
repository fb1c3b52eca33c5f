package helper

import (
	"archive/tar"
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/label"
)

// Each build brings a helper of its own, and those of before go when they are old and no container is made of them.
func TestOldImagesGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, e := t.Context(), sim.New()
		defer e.StopAll()
		bring := func(ref string) {
			t.Helper()
			var root bytes.Buffer
			if err := tar.NewWriter(&root).Close(); err != nil {
				t.Fatal(err)
			}
			config := engine.ImageConfig{Entrypoint: []string{"/" + ref}, Labels: map[string]string{label.Role: RoleHelper}}
			if err := e.ImportRoot(ctx, ref, &root, config); err != nil {
				t.Fatal(err)
			}
		}
		bring("recipe/helper:old")
		bring("recipe/helper:used")
		if _, err := e.CreateContainer(ctx, engine.ContainerSpec{Name: "shop-record", Image: "recipe/helper:used"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * keepImage)
		bring("recipe/helper:young")
		bring("recipe/helper:now")
		if err := removeImages(ctx, e, "recipe/helper:now", keepImage); err != nil {
			t.Fatal(err)
		}
		images, err := e.Images(ctx, map[string]string{label.Role: RoleHelper})
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, image := range images {
			left = append(left, image.Tags...)
		}
		slices.Sort(left)
		if want := []string{"recipe/helper:now", "recipe/helper:used", "recipe/helper:young"}; !slices.Equal(left, want) {
			t.Errorf("left are %q, want %q", left, want)
		}
	})
}
