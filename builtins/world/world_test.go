package world_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/helper/helpertest"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

func TestList(t *testing.T) {
	t.Parallel()
	e := enginetest.Docker(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	need := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	image := enginetest.Program(t, e)
	r, name := helpertest.Recipe(t, e), helpertest.Edge(t, e)
	w := world.World{Reader: e.ReadOnly(), Edge: name}

	observed, recorded, err := w.List(ctx, r)
	need(err)
	known := world.Facts(observed)
	if len(observed.Objects) > 0 || known.Lock != nil || known.Edge.Exists || len(recorded.History) > 0 || known.Info.Arch == "" || len(known.Networks) == 0 {
		t.Errorf("of nothing it lists %+v, %+v", observed.Objects, known)
	}

	s := helpertest.Open(t, e, helpertest.Options(t, e, r, ""))
	need(record.Write(ctx, s, &state.Recorded{Jobs: map[string]string{"job.a": "1"}}))
	web := addr.New("service", "web")
	labels := label.For(r, web, json.RawMessage(`{"image":"x"}`))
	labels[label.Release], labels[label.Generation] = "3fa9c2e1", "2"
	id, err := e.CreateContainer(ctx, engine.ContainerSpec{Name: r.Name + "-web-3fa9c2e1-1", Image: image, Labels: labels})
	need(err)
	need(e.StartContainer(ctx, id))
	need(e.CreateVolume(ctx, engine.VolumeSpec{Name: r.Name + "-data", Labels: label.For(r, addr.New("volume", "data"), nil)}))
	makeEdge(t, ctx, e, image, name, r.Name)

	began := time.Now()
	observed, recorded, err = w.List(ctx, r)
	need(err)
	t.Logf("a listing takes %v", time.Since(began))
	known = world.Facts(observed)
	if recorded.Jobs["job.a"] != "1" || known.Lock == nil || known.Lock.By != "tester@"+r.Name {
		t.Errorf("recorded %+v, lock %+v", recorded, known.Lock)
	}
	if len(observed.Objects) != 2 {
		t.Fatalf("got %d objects: %+v", len(observed.Objects), observed.Objects)
	}
	c := observed.Objects[0]
	if c.Type != world.Container || c.Addr != web || !c.Running || c.Release != "3fa9c2e1" || c.Generation != 2 || c.ID != id || string(c.Spec) != `{"image":"x"}` {
		t.Errorf("got container %+v", c)
	}
	if v := observed.Objects[1]; v.Type != world.Volume || v.Name != r.Name+"-data" {
		t.Errorf("got volume %+v", v)
	}
	site := known.Site(r.Name)
	if !known.Edge.Exists || known.Edge.Running || known.Edge.Problem != nil || site == nil || !reflect.DeepEqual(site.Groups, []proxy.Group{{Name: "web"}}) {
		t.Errorf("got edge %+v", known.Edge)
	}
}

// makeEdge makes an edge that does not run, with one site.
func makeEdge(t *testing.T, ctx context.Context, e engine.Engine, image, name, recipe string) {
	t.Helper()
	files, err := haproxy.Config{Sites: []proxy.Site{{Recipe: recipe, Groups: []proxy.Group{{Name: "web"}}}}}.Render()
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"cfg/": "", "maps/": "", "run/": "", "run/other": "", "cfg/.a.cfg.1.new": "left by a crash"}
	for path, text := range files {
		texts[path] = string(text)
	}
	volume := helper.EdgeVolume(name)
	if err := helper.EnsureVolume(ctx, e, volume); err != nil {
		t.Fatal(err)
	}
	id, err := e.CreateContainer(ctx, engine.ContainerSpec{Name: name, Image: image, Labels: volume.Labels,
		Mounts: []engine.Mount{{Volume: name, Target: helper.EdgeDir}}})
	if err := errors.Join(err, e.WriteArchive(ctx, id, helper.EdgeDir, bytes.NewReader(enginetest.Tar(t, texts)))); err != nil {
		t.Fatal(err)
	}
}

func TestRefine(t *testing.T) {
	var order []string
	refine := func(name string, err error) world.Refine {
		return func(context.Context, engine.Reader, *state.Observed, *state.Desired) error {
			order = append(order, name)
			return err
		}
	}
	failed := errors.New("failed")
	w := world.World{Refiners: []world.Refine{refine("a", nil), refine("b", failed), refine("c", nil)}}
	if err := w.Refine(context.Background(), nil, nil); err != failed || !reflect.DeepEqual(order, []string{"a", "b"}) {
		t.Errorf("called %v, %v", order, err)
	}
}
