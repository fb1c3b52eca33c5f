package service_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/service"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

func TestValidateTogether(t *testing.T) {
	mount := func(what string) string { return `"mount":{"/d":{` + what + `}},` }
	data, dir := `"volume":{"ref":"volume.data"}`, `"source":"/srv/a"`
	for name, test := range map[string]struct{ a, b, want string }{
		"a volume of each":       {mount(data + `,"exclusive":true`), mount(`"volume":{"ref":"volume.other"},"exclusive":true`), ""},
		"shared":                 {mount(data), mount(data), ""},
		"held by both":           {mount(data + `,"exclusive":true`), mount(data + `,"exclusive":true`), "service.a and service.b both mount volume.data"},
		"held, and read by one":  {mount(data + `,"exclusive":true`), mount(data + `,"read_only":true`), ""},
		"a directory by both":    {mount(dir + `,"exclusive":true`), mount(dir + `,"exclusive":true`), "service.a and service.b both mount /srv/a"},
		"directories of another": {mount(dir + `,"exclusive":true`), mount(`"source":"/srv/b","exclusive":true`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			diags := service.Kind{}.ValidateTogether([]*state.Resource{
				{Addr: addr.New("service", "a"), Spec: json.RawMessage(spec(test.a))}, {Addr: addr.New("service", "b"), Spec: json.RawMessage(spec(test.b))},
			}, &state.Desired{})
			got := ""
			if len(diags) > 0 {
				got = diags[0].Detail
			}
			if len(diags) > 1 || !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
				t.Errorf("got %v, want %q", diags, test.want)
			}
		})
	}
}
