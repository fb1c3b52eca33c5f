package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// What should serve and does not run is no release that is kept, and a count is that of the last apply, not that
// which the containers were made with.
func TestStatusOfWhatDoesNotRun(t *testing.T) {
	web := addr.New("service", "web")
	object := func(release string, generation int, name string, s engine.State) state.Object {
		return state.Object{Addr: web, Release: release, Generation: generation, Name: name, Running: s == engine.Running,
			Spec: json.RawMessage(`{"count":2}`), Data: engine.Container{Name: name, State: s}}
	}
	observed := &state.Observed{Objects: []state.Object{
		object("old", 1, "web-old-1", engine.Exited),
		object("new", 2, "web-new-1", engine.Running),
		object("new", 2, "web-new-2", engine.Exited),
	}}
	recorded := &state.Recorded{
		Resources: map[string]json.RawMessage{web.String(): json.RawMessage(`{"count":4}`)},
		History:   []state.Entry{{Releases: map[string]string{web.String(): "new"}}},
	}
	releases := servicesOf(state.Recipe{}, observed, recorded, nil)[0].Releases
	serving, kept := releases[0], releases[1]
	if serving.Release != "new" || !serving.Current || serving.Running != 1 || serving.Wanted != 4 || serving.Kept != 0 {
		t.Errorf("the release that is to serve: %+v", serving)
	}
	if got := serving.remarks(); !strings.Contains(got, "web-new-2 does not run") || !strings.Contains(got, "2 missing") {
		t.Errorf("its remarks: %q", got)
	}
	if kept.Release != "old" || kept.Current || kept.Wanted != 2 || kept.Kept != 1 || kept.remarks() != "kept for a rollback" {
		t.Errorf("the release that is kept: %+v, %q", kept, kept.remarks())
	}
}
