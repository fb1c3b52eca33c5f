package volume_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/volume"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// A volume that nothing declares goes, unless it is protected or a container that is kept would need it.
func TestLeftovers(t *testing.T) {
	const mounting = `{"image":"app","mount":{"/data":{"volume":{"ref":"volume.data"}}}}`
	for _, test := range []struct {
		name      string
		spec      string // of the volume
		container string // of one that stands, empty for none
		removed   bool   // by the plan
		want      string
	}{
		{"nobody's", `{}`, "", false, "remove volume shop-data"},
		{"protected", `{"protect":true}`, "", false, "volume shop-data is kept: it is protected; docker volume rm shop-data removes it for good"},
		{"a kept release's", `{}`, mounting, false, "volume shop-data is kept: shop-web-1 would need it again"},
		{"of one that goes", `{}`, mounting, true, "remove volume shop-data"},
		{"beside others", `{}`, `{"image":"app"}`, false, "remove volume shop-data"},
		{"of who knows whom", `{}`, `{"image":1}`, false, "volume shop-data is kept: shop-web-1 would need it again"},
	} {
		made := state.Object{Type: "volume", Addr: addr.New("volume", "data"), Name: "shop-data", Spec: json.RawMessage(test.spec)}
		in := kind.Input{Desired: &state.Desired{Recipe: state.Recipe{Name: "shop"}}, Observed: &state.Observed{Objects: []state.Object{made}},
			Orphans: []state.Object{made}, Recorded: &state.Recorded{}, Mode: kind.Apply, Volumes: true}
		if test.container != "" {
			in.Observed.Objects = append(in.Observed.Objects, state.Object{Type: "container", Addr: addr.New("service", "web"), Name: "shop-web-1", Spec: json.RawMessage(test.container)})
		}
		if test.removed {
			in.Done.Steps = []plan.Step{{Op: container.OpRemove, Config: plan.Raw(container.RemoveConfig{Name: "shop-web-1"})}}
		}
		before, _ := volume.Kind{}.Diff(in)
		result, _ := volume.Leftovers{}.Diff(in)
		var got []string
		for _, s := range append(before.Steps, result.Steps...) {
			got = append(got, s.Title)
		}
		for _, n := range append(before.Notes, result.Notes...) {
			got = append(got, n.Text)
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%s: got %q, want %q", test.name, text, test.want)
		}
	}
}
