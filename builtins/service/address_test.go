package service_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/service"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// A backend without an address would be a server that nobody reaches.
func TestAddressesRunOut(t *testing.T) {
	t.Parallel()
	for count, enough := range map[string]bool{"3": true, "4": false} {
		web := &state.Resource{Addr: addr.New("service", "web"), Spec: json.RawMessage(`{"image":"app:1",` + strings.Replace(base, `"count":1`, `"count":`+count, 1) + `}`)}
		d := &state.Desired{Recipe: state.Recipe{Name: "shop", Origin: "here"}, Resources: []*state.Resource{web,
			{Addr: addr.New("port", "web"), Spec: json.RawMessage(`{"listen":80,"mode":"http","route":[{"path":"/","to":{"ref":"service.web","port":"http"}}]}`)}}}
		o := &state.Observed{}
		world.SetFacts(o, &world.Known{Networks: []engine.Network{{Name: "shop-default", Subnet: netip.MustParsePrefix("10.200.0.0/29")}}})
		find := func(kind.Input, *state.Resource, container.Image, string) (container.Found, kind.Result, error) {
			return container.Found{Ref: "app:1", Content: "content"}, kind.Result{}, nil
		}
		_, diags := service.Kind{Image: find, Edge: "edge"}.Diff(kind.Input{Desired: d, Observed: o, Recorded: &state.Recorded{}, Resources: d.Resources[:1], Mode: kind.Apply})
		if enough == diags.HasErrors() || !enough && !strings.Contains(diags.Error(), "no address left") {
			t.Errorf("count %s on three addresses: %v", count, diags)
		}
	}
}
