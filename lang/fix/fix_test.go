package fix

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/lang/schema"
)

// grown is a language that some words of were renamed.
func grown() []schema.Block {
	str := schema.Str()
	probe := schema.Obj(
		schema.Arg{Name: "url", Type: str, Growth: schema.Growth{RenamedTo: "path"}},
		schema.Arg{Name: "path", Type: str},
	)
	inner := func(name, to string) schema.Block {
		return schema.Block{Name: name, Args: []schema.Arg{
			{Name: "probe", Type: probe}, {Name: "probes", Type: schema.ListOf(probe)}, {Name: "named", Type: schema.MapOf(probe)},
		}, Growth: schema.Growth{RenamedTo: to}}
	}
	service := func(name, to string) schema.Block {
		return schema.Block{Name: name, Label: "name", Args: []schema.Arg{
			{Name: "replicas", Type: schema.Whole(1, 9), Growth: schema.Growth{RenamedTo: "count"}},
			{Name: "count", Type: schema.Whole(1, 9)},
			{Name: "old", Type: str, Growth: schema.Growth{Deprecated: "Write new things instead."}},
			{Name: "env", Type: schema.MapOf(str)},
		}, Blocks: []schema.Block{inner("check", "health"), inner("health", "")}, Growth: schema.Growth{RenamedTo: to}}
	}
	anything := schema.AnyValue()
	return []schema.Block{service("app", "service"), service("service", ""), {Name: "locals", Free: &anything}}
}

func TestWords(t *testing.T) {
	for _, tt := range []struct{ name, in, want, left string }{
		{name: "nothing to do", in: "service \"a\" {\n  count=2\n}\n"},
		{name: "an argument, its comment and its layout", in: "service \"a\" {\n  replicas=2 # two\n}\n", want: "service \"a\" {\n  count=2 # two\n}\n"},
		{name: "both are set", in: "service \"a\" {\n  replicas = 2\n  count = 1\n}\n", left: "replicas: It was renamed to count, which is set as well. Remove one of them."},
		{name: "a block and what refers to it", in: "app \"a\" {}\nlocals {\n  x = [app.a.replicas, app.b[\"k\"].replicas, app.a.env.replicas, [for app in [1] : app.replicas], app.b[app.a.env.x].replicas]\n}\n",
			want: "service \"a\" {}\nlocals {\n  x = [service.a.count, service.b[\"k\"].count, service.a.env.replicas, [for app in [1] : app.replicas], service.b[service.a.env.x].count]\n}\n"},
		{name: "in a text", in: "service \"a\" { env = { replicas = \"${app.a.replicas}\" } }\n", want: "service \"a\" { env = { replicas = \"${service.a.count}\" } }\n"},
		{name: "keys", in: "service \"a\" {\n  check {\n    probe = { url = \"/\" }\n    probes = [{ url = \"/\" }]\n    named = { url = { url = \"/\" } }\n  }\n}\n",
			want: "service \"a\" {\n  health {\n    probe = { path = \"/\" }\n    probes = [{ path = \"/\" }]\n    named = { url = { path = \"/\" } }\n  }\n}\n"},
		{name: "dynamic blocks", in: "service \"a\" {\n  dynamic \"check\" {\n    for_each = app.b.env\n    content {\n      probe = { url = check.value }\n    }\n  }\n}\n",
			want: "service \"a\" {\n  dynamic \"health\" {\n    for_each = service.b.env\n    content {\n      probe = { path = health.value }\n    }\n  }\n}\n"},
		{name: "no longer advised", in: "service \"a\" { old = 1 }\n", left: "old: Write new things instead."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, left, diags := Words([]byte(tt.in), "recipe.hcl", grown())
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if tt.want == "" {
				tt.want = tt.in
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
			var told []string
			for _, l := range left {
				told = append(told, l.Word+": "+l.Why)
			}
			if text := strings.Join(told, "\n"); text != tt.left {
				t.Errorf("left %q, want %q", text, tt.left)
			}
			if again, _, _ := Words(got, "recipe.hcl", grown()); string(again) != string(got) {
				t.Errorf("a second time changes %s", again)
			}
		})
	}
	if got, _, diags := Words([]byte("service {"), "recipe.hcl", grown()); got != nil || !diags.HasErrors() {
		t.Errorf("%s, %v", got, diags)
	}
	json := []byte(`{"app":{}}`)
	if got, _, diags := Words(json, "recipe.json", grown()); string(got) != string(json) || diags.HasErrors() {
		t.Errorf("%s, %v", got, diags)
	}
}
