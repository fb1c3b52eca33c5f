package volume_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/volume"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

func TestDiff(t *testing.T) {
	data := addr.New("volume", "data")
	for _, test := range []struct {
		name                   string
		wanted, made, recorded string // specs, empty for none
		mode                   kind.Mode
		volumes                bool
		want                   string
	}{
		{"new", `{"protect":false}`, "", "", kind.Apply, false, "create volume shop-data"},
		{"stands", `{"protect":true}`, `{"protect":false}`, "", kind.Apply, false, "protect volume shop-data"},
		{"stands protected", `{"protect":true}`, `{"protect":false}`, `{"protect":true}`, kind.Apply, false, ""},
		{"as it was made", `{"protect":true}`, `{"protect":true}`, "", kind.Apply, false, ""},
		{"protected no more", `{"protect":false}`, `{"protect":true}`, "", kind.Apply, false, "protect volume shop-data no more"},
		{"not protected any more", "", `{"protect":true}`, `{"protect":false}`, kind.Destroy, true, "remove volume shop-data"},
		{"other driver", `{"driver":"nfs"}`, `{}`, "", kind.Apply, false, "A volume cannot change"},
		{"other options", `{"options":{"a":"1"}}`, `{"options":{"a":"2"}}`, "", kind.Apply, false, "A volume cannot change"},
		{"its block is gone", "", `{}`, "", kind.Apply, false, "volume shop-data is kept; prune --volumes or destroy --volumes removes it"},
		{"destroyed without", "", `{}`, "", kind.Destroy, false, "volume shop-data is kept; prune --volumes or destroy --volumes removes it"},
		{"destroyed with", "", `{}`, "", kind.Destroy, true, "remove volume shop-data"},
		{"protected", "", `{"protect":true}`, "", kind.Destroy, true, "volume shop-data is kept: it is protected; docker volume rm shop-data removes it for good"},
		{"protected since", "", `{"protect":false}`, `{"protect":true}`, kind.Destroy, true, "volume shop-data is kept: it is protected; docker volume rm shop-data removes it for good"},
		{"rollback", `{}`, "", "", kind.Rollback, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := kind.Input{Desired: &state.Desired{Recipe: state.Recipe{Name: "shop"}}, Observed: &state.Observed{}, Mode: test.mode, Volumes: test.volumes,
				Recorded: &state.Recorded{Resources: map[string]json.RawMessage{}}}
			if test.wanted != "" {
				in.Resources = []*state.Resource{{Addr: data, Spec: json.RawMessage(test.wanted)}}
			}
			if test.made != "" {
				in.Observed.Objects = []state.Object{{Type: "volume", Addr: data, Name: "shop-data", Spec: json.RawMessage(test.made)}}
			}
			if test.wanted == "" {
				in.Orphans = in.Observed.Objects
			}
			if test.recorded != "" {
				in.Recorded.Resources[data.String()] = json.RawMessage(test.recorded)
			}
			result, diags := volume.Kind{}.Diff(in)
			var got []string
			for _, d := range diags {
				got = append(got, d.Summary)
			}
			for _, s := range result.Steps {
				got = append(got, s.Title)
			}
			for _, n := range result.Notes {
				got = append(got, n.Text)
			}
			if text := strings.Join(got, ", "); text != test.want {
				t.Errorf("got %s, want %q", fmt.Sprintf("%q", text), test.want)
			}
		})
	}
}
