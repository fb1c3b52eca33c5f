package container

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

var (
	shop = state.Recipe{Name: "shop", Origin: "here"}
	web  = addr.New("service", "web")
)

// wanted is service.web with a secret variable and a secret file, of the versions given.
func wanted(env, file int) json.RawMessage {
	return state.SetVersions(json.RawMessage(`{"env":{"PORT":"80","SECRET":"no secret","T":{"secret":"env.T"}},"file":{"/f":{"content":{"secret":"file./f.content"},"mode":"0444"}},"image":"app"}`),
		map[string]int{"env.T": env, "file./f.content": file})
}

// made makes a container of web with these values as its secrets.
func made(t *testing.T, e *sim.Engine, n int, spec json.RawMessage, token, file string) {
	t.Helper()
	s, err := Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	create, err := Create(s, spec, Place{Recipe: shop, Addr: web, Release: s.Release("app"), Generation: n, Index: n, Image: "app"})
	if err != nil {
		t.Fatal(err)
	}
	in := secrets(map[string]string{"env.T": token, "file./f.content": file})
	if _, err := (Tools{Engine: e}).Make(t.Context(), create, in); err != nil {
		t.Fatal(err)
	}
}

func observe(t *testing.T, e *sim.Engine) *state.Observed {
	t.Helper()
	containers, err := e.Containers(t.Context(), map[string]string{label.Recipe: shop.Name})
	if err != nil {
		t.Fatal(err)
	}
	o := &state.Observed{}
	for _, c := range containers {
		object, _ := label.Read(c.Labels)
		object.Type, object.Name, object.ID, object.Data = "container", c.Name, c.ID, c
		o.Objects = append(o.Objects, object)
	}
	return o
}

func TestRefineNumbersSecrets(t *testing.T) {
	for _, test := range []struct {
		name, token, file string
		wantEnv, wantFile int
	}{
		{"as the newest has it", "new", "content", 2, 1},
		{"as an earlier one had it", "old", "content", 1, 1},
		{"one that none has", "other", "content", 3, 1},
		{"a file that begins alike", "new", "conten", 2, 2},
		{"a longer file", "new", "content and more", 2, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := sim.New()
			e.AddImage("app", engine.ImageConfig{}, sim.App{})
			made(t, e, 1, wanted(1, 1), "old", "content")
			made(t, e, 2, wanted(2, 1), "new", "content")
			r := &state.Resource{Addr: web, Spec: wanted(0, 0), Secrets: map[string]string{"env.T": test.token, "file./f.content": test.file}}
			d := &state.Desired{Recipe: shop, Resources: []*state.Resource{r}}
			if err := Refine(t.Context(), e, observe(t, e), d); err != nil {
				t.Fatal(err)
			}
			if want := wanted(test.wantEnv, test.wantFile); string(r.Spec) != string(want) {
				t.Errorf("got  %s\nwant %s", r.Spec, want)
			}
		})
	}
}

func TestRefineOfTheFirst(t *testing.T) {
	r := &state.Resource{Addr: web, Spec: wanted(0, 0), Secrets: map[string]string{"env.T": "a", "file./f.content": "b"}}
	if err := Refine(t.Context(), sim.New(), &state.Observed{}, &state.Desired{Recipe: shop, Resources: []*state.Resource{r}}); err != nil {
		t.Fatal(err)
	}
	if want := wanted(1, 1); string(r.Spec) != string(want) {
		t.Errorf("got  %s\nwant %s", r.Spec, want)
	}
}

// A step that ran before and whose end was not seen is done again: with the files that may not be there.
func TestMakeAgain(t *testing.T) {
	e := sim.New()
	e.AddImage("app", engine.ImageConfig{}, sim.App{})
	made(t, e, 1, wanted(1, 1), "a", "half")
	made(t, e, 1, wanted(1, 1), "a", "whole")
	all := observe(t, e).Objects
	if len(all) != 1 {
		t.Fatal(fmt.Sprint(len(all), " containers"))
	}
	if same, err := holds(t.Context(), e, all[0].Data.(engine.Container), "file./f.content", "whole"); !same || err != nil {
		t.Errorf("the file is not the one of the last time: %v", err)
	}
}

func TestMakeRefusesAnothers(t *testing.T) {
	e := sim.New()
	e.AddImage("app", engine.ImageConfig{}, sim.App{})
	spec := wanted(1, 1)
	s, _ := Parse(spec)
	place := Place{Recipe: shop, Addr: web, Release: s.Release("app"), Generation: 1, Index: 1, Image: "app"}
	place.Recipe.Origin = "elsewhere"
	theirs, err := Create(s, spec, place)
	if err != nil {
		t.Fatal(err)
	}
	made(t, e, 1, spec, "a", "b")
	if _, err := (Tools{Engine: e}).Make(t.Context(), theirs, secrets(map[string]string{"env.T": "a", "file./f.content": "b"})); err == nil {
		t.Error("took a container of another origin for its own")
	}
}
