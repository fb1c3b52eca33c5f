package render_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/state"
)

// What is shown of a value that has parts.
func TestInside(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, test := range []struct{ name, before, after, want string }{
		{"JSON", `{"log": {"level": "info"}, "old": 1, "list": [1, 2]}`, `{"list": [1, 2, 3], "new": [true], "log": {"level": "debug"}}`, `
    v  4 places changed
        + list.2 = 3
        log.level  "info" -> "debug"
        + new = [true]
        - old = 1`},
		{"order alone", `{"a":1,"b":2}`, `{"b":2,"a":1}`, `
    v  says the same in another way
        "{\"a\":1,\"b\":2}" -> "{\"b\":2,\"a\":1}"`},
		{"YAML", "# old\na: 1\nb:\n  - x\n  - y\n", "b: [x, z]\na: 1 # new\n", `
    v  1 place changed
        b.1  "y" -> "z"`},
		{"YAML beside JSON", `{"a": 1}`, "a: 2\n", `
    v  1 place changed
        a  1 -> 2`},
		{"comments alone", "# old\na: 1\n", "# new\na: 1\n", `
    v  says the same in another way
        @@ -1 +1 @@
        -# old
        +# new
         a: 1`},
		{"aliases are not followed", "a: &x [1]\nb: *x\n", "a: &x [2]\nb: *x\n", `
    v
        @@ -1 +1 @@
        -a: &x [1]
        +a: &x [2]
         b: *x`},
		{"text", "one\ntwo\n", "one\n2\n", `
    v
        @@ -1 +1 @@
         one
        -two
        +2`},
		{"one line", "a", "b", `
    v  "a" -> "b"`},
		{"long", long, "y", `
    v  - "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…(302 characters)…xxxxxxxxxxxxxxxxxxxxxxxx"
       + "y"`},
		{"broken JSON", `{"a": 1`, `{"a": 2}`, `
    v  "{\"a\": 1" -> "{\"a\": 2}"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, _ := json.Marshal(test.before)
			after, _ := json.Marshal(test.after)
			p := &plan.Plan{Changes: []plan.Change{{Addr: addr.New("service", "web"), Action: plan.Update, Fields: []plan.Field{{Path: "v", Before: before, After: after}}}}}
			_, got, _ := strings.Cut(text(t, p, render.Options{}), "\nservice.web")
			got, _, _ = strings.Cut(got, "\n\nPlan:")
			if got != test.want {
				t.Errorf("got%s\nwant%s", got, test.want)
			}
		})
	}
}

// Drift stands under its own heading, and not among what the recipe changes.
func TestDrift(t *testing.T) {
	web := addr.New("service", "web")
	p := &plan.Plan{Recipe: state.Recipe{Name: "shop"}, Drift: []plan.Drift{
		{Addr: web, Object: "shop-web-1", What: "was stopped or killed, exit code 137", Then: "it is started again"},
		{Addr: web, Object: "shop-web-2", Path: "limits.memory", Applied: raw("268435456"), Now: raw("1073741824"), Becomes: raw("536870912")},
		{Addr: web, Object: "shop-web-2", Path: "restart", Applied: raw(`"always"`), Now: raw(`"no"`), Becomes: raw(`"no"`)},
	}}
	p.Changes = []plan.Change{{Addr: web, Action: plan.Update, Summary: "release 1", Fields: []plan.Field{{Path: "limits.memory", Drift: true}}}}
	const want = `Changed outside of recipe since the last apply
  service.web  shop-web-1 was stopped or killed, exit code 137; it is started again
  service.web  shop-web-2 limits.memory: was applied as 256MiB, is 1GiB now, becomes 512MiB
  service.web  shop-web-2 restart: was applied as "always", is "no" now, stays so

  ~ service.web  release 1

Plan: 1 to update; 0 steps, no interruption.
`
	if got := text(t, p, render.Options{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
