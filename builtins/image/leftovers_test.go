package image

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Of what a block built before, that goes of which no container stays; never what it would build now.
func TestLeftovers(t *testing.T) {
	web := addr.New("image", "web")
	built := func(name string, more ...string) state.Object {
		return state.Object{Type: "image", Addr: web, ID: "id of " + name, Name: "shop/web:" + name,
			Data: engine.Image{ID: "id of " + name, Tags: append([]string{"shop/web:" + name}, more...), Created: time.Unix(int64(len(name)), 0)}}
	}
	runs := func(name, from string) state.Object {
		return state.Object{Type: "container", Addr: addr.New("service", "web"), Name: name, Data: engine.Container{Name: name, ImageID: "id of " + from}}
	}
	removal := plan.Step{Op: container.OpRemove, Config: plan.Raw(container.RemoveConfig{Name: "shop-web-1"})}
	for _, test := range []struct {
		name    string
		objects []state.Object
		done    []plan.Step
		want    string
	}{
		{"what is wanted", []state.Object{built("now")}, nil, ""},
		{"left", []state.Object{built("now"), built("old")}, nil, "remove image shop/web:old"},
		{"kept", []state.Object{built("now"), built("old"), runs("shop-web-1", "old")}, nil, ""},
		{"of one that goes", []state.Object{built("now"), built("old"), runs("shop-web-1", "old")}, []plan.Step{removal}, "remove image shop/web:old after [service.web@gone]"},
		{"two use it", []state.Object{built("now"), built("old"), runs("shop-web-1", "old"), runs("shop-web-2", "old")}, []plan.Step{removal}, ""},
		{"named by people", []state.Object{built("now"), built("old", "hub/web:1.0")}, nil, "image shop/web:old is kept: it is also called hub/web:1.0"},
		{"removed anyway", []state.Object{built("now"), built("old")}, []plan.Step{{ID: "remove image shop/web:old", Op: OpRemove}}, ""},
	} {
		r := &state.Resource{Addr: web, Spec: json.RawMessage(`{}`)}
		facts := &Facts{Contents: map[addr.Addr]Content{web: {Addr: web, Ref: "shop/web:now", ID: "id of now"}}}
		o := &state.Observed{Objects: test.objects, Facts: map[string]any{FactsKey: facts}}
		in := kind.Input{Desired: &state.Desired{Recipe: state.Recipe{Name: "shop"}, Resources: []*state.Resource{r}}, Observed: o,
			Resources: []*state.Resource{r}, Done: kind.Result{Steps: test.done}}
		result, diags := Leftovers{new(Kind)}.Diff(in)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		var got []string
		for _, s := range result.Steps {
			text := s.Title
			if len(s.Needs) > 0 {
				text += fmt.Sprint(" after ", s.Needs)
			}
			got = append(got, text)
		}
		for _, n := range result.Notes {
			got = append(got, n.Text)
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%s: got %q, want %q", test.name, text, test.want)
		}
	}
}
