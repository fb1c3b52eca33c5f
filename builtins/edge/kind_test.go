package edge

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

func TestProxyBlock(t *testing.T) {
	block := func(name string) *state.Resource {
		return &state.Resource{Addr: addr.New("proxy", name), Spec: json.RawMessage(`{"image":"haproxy:3.0"}`)}
	}
	d := &state.Desired{Resources: []*state.Resource{block("edge"), block("other")}}
	if diags := (Kind{}).Validate(d.Resources[0], d); diags.HasErrors() {
		t.Error(diags)
	}
	if diags := (Kind{}).Validate(d.Resources[1], d); !strings.Contains(diags.Error(), "proxy.edge") {
		t.Error(diags)
	}
	for override, want := range map[string]string{"": "haproxy:3.0", "local": "local"} {
		if got := Image(d, override); got != want {
			t.Errorf("image with override %q is %s", override, got)
		}
	}
	if got := Image(&state.Desired{}, ""); got != DefaultImage {
		t.Errorf("image without a block is %s", got)
	}

	observed := &state.Observed{}
	world.SetFacts(observed, &world.Known{Edge: world.Edge{Exists: true, Container: engine.Container{Image: "local"}}})
	in := kind.Input{Desired: d, Observed: observed, Resources: d.Resources[:1]}
	if result, diags := (Kind{}).Diff(in); len(result.Notes) != 1 || len(result.Steps)+len(diags) > 0 || !strings.Contains(result.Notes[0].Text, "made from local, not haproxy:3.0") {
		t.Errorf("another image: %+v", result)
	}
	if result, _ := (Kind{Image: "local"}).Diff(in); len(result.Notes) > 0 {
		t.Errorf("the same image: %+v", result)
	}
}
