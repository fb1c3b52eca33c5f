package world_test

import (
	"reflect"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

func TestMachine(t *testing.T) {
	spec := func(text string) engine.Container {
		return engine.Container{State: engine.Running, Labels: map[string]string{label.Spec: text}}
	}
	o := &state.Observed{Objects: []state.Object{
		{Name: "shop-web-1", Running: true, Data: engine.Container{Limits: engine.Limits{Memory: 256}}},
		{Name: "shop-web-0", Data: engine.Container{Limits: engine.Limits{Memory: 128}}}, // it does not run
		{Name: "shop-worker-1", Running: true, Data: engine.Container{}},
		{Name: "shop-default", Data: engine.Network{}},
	}}
	world.SetFacts(o, &world.Known{Info: engine.Info{Memory: 4096}, Others: []engine.Container{
		spec(`{"limits":{"memory":512}}`), spec(`{"limits":{"memory":64},"count":2}`), spec(`{"image":"x"}`), spec(""), spec("{"),
	}})
	want := &plan.Machine{Memory: 4096, Others: 576, Unlimited: 3,
		Running: []plan.Use{{Name: "shop-web-1", Memory: 256}, {Name: "shop-worker-1"}}}
	if got := world.Machine(o); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
