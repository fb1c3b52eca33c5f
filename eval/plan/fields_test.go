package plan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/hashicorp/hcl/v2"
)

func TestFields(t *testing.T) {
	for _, test := range []struct{ name, before, after, want string }{
		{"nothing", `{"a":1}`, `{"a":1}`, ""},
		{"new", ``, `{"a":1}`, "a:  -> 1"},
		{"nested", `{"a":{"b":1,"c":2}}`, `{"a":{"b":1,"c":3}}`, "a.c: 2 -> 3"},
		{"gone", `{"a":{"b":1}}`, `{}`, "a.b: 1 -> "},
		{"words are one value", `{"a":["x","y"]}`, `{"a":["x","z"]}`, `a: ["x","y"] -> ["x","z"]`},
		{"blocks are compared one by one", `{"a":[{"x":1},{"y":2}]}`, `{"a":[{"x":1},{"y":3}]}`, "a.1.y: 2 -> 3"},
		{"reference", `{"a":{"ref":"image.a"}}`, `{"a":{"ref":"image.b","port":"http"}}`, `a: {"ref":"image.a"} -> {"ref":"image.b","port":"http"}`},
		{"secret", `{"env":{"A":{"secret":"env.A","version":1}}}`, `{"env":{"A":{"secret":"env.A","version":2}}}`, "env.A: sensitive"},
		{"secret that was plain", `{"env":{"A":"open"}}`, `{"env":{"A":{"secret":"env.A"}}}`, "env.A: sensitive"},
		{"variable named secret", `{"env":{"secret":"a","B":"1"}}`, `{"env":{"secret":"a","B":"2"}}`, `env.B: "1" -> "2"`},
		{"secret named secret", `{"env":{"secret":"a","B":"1"}}`, `{"env":{"secret":{"secret":"env.secret"},"B":"1"}}`, "env.secret: sensitive"},
		{"variable named ref", `{"env":{"ref":"a","B":"1"}}`, `{"env":{"ref":"a","B":"2"}}`, `env.B: "1" -> "2"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var lines []string
			for _, f := range plan.Fields(json.RawMessage(test.before), json.RawMessage(test.after), nil) {
				line := fmt.Sprintf("%s: %s -> %s", f.Path, f.Before, f.After)
				if f.Sensitive {
					line = f.Path + ": sensitive"
				}
				lines = append(lines, line)
			}
			if got := strings.Join(lines, "\n"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestCauseOf(t *testing.T) {
	sources := map[string]state.Source{
		"env":   {Range: hcl.Range{Filename: "r.hcl", Start: hcl.Pos{Line: 3}}},
		"env.A": {Range: hcl.Range{Filename: "r.hcl", Start: hcl.Pos{Line: 4}}},
	}
	for path, line := range map[string]int{"env.A": 4, "env.A.x": 4, "env.B": 3, "image": 0} {
		if got := plan.CauseOf(path, sources); got.Line != line || got.Why != path+" changed" {
			t.Errorf("%s is blamed on %+v, want line %d", path, got, line)
		}
	}
}
