package simulated_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// seeds are recipes that between them have most of what the language has.
func seeds() []string {
	return []string{
		"",
		"recipe { name = \"shop-${var.env}\" }\nvariable \"env\" {\n  default = \"a\"\n  validation {\n    condition = length(var.env) < 9\n    error = \"Short.\"\n  }\n}\nlocals { a = [for x in range(3): { n = x }] }\noutput \"o\" { value = local.a[*].n }\n",
		"recipe { name = \"shop\" }\nimage \"web\" { pull = \"app:1\" }\nservice \"web\" {\n  image = image.web\n  count = 2\n  env = { A = upper(\"a\"), P = \"${port.web.listen}\" }\n  expose \"http\" { port = 8080 }\n  health { http = { port = \"http\", path = \"/up\" } }\n}\nport \"web\" {\n  listen = 80\n  route { to = service.web.http }\n}\nswitchover \"web\" {\n  services = [service.web]\n  stage \"canary\" {\n    weight = 10\n    hold = \"1m\"\n  }\n  drain { timeout = \"30s\" }\n}\n",
		"recipe { name = \"shop\" }\nvolume \"data\" { protect = true }\nnetwork \"back\" { internal = true }\nsecret \"k\" { env = \"K\" }\nservice \"w\" {\n  for_each = toset([\"a\", \"b\"])\n  image = \"app:${each.key}\"\n  networks = [network.back]\n  env = { K = secret.k }\n  mount \"/d\" {\n    volume = volume.data\n    exclusive = true\n  }\n}\njob \"m\" {\n  image = \"app:1\"\n  command = [\"x\"]\n  timeout = \"1m\"\n}\n",
		"recipe { name = \"shop\" }\nfunction \"f\" {\n  params = [a]\n  result = \"${a}!\"\n}\nservice \"a\" {\n  image = \"x:1\"\n  env = { A = f(\"b\") }\n  dynamic \"expose\" {\n    for_each = { h = 80 }\n    labels = [expose.key]\n    content { port = expose.value }\n  }\n  precondition {\n    condition = true\n    error = \"No.\"\n  }\n}\nmoved {\n  from = service.b\n  to = service.a\n}\ncheck \"c\" {\n  assert {\n    condition = service.a.image == \"x:1\"\n    error = \"No.\"\n  }\n}\n",
		"recipe { name = \"shop\" }\nvolume \"d\" {}\nservice \"w\" {\n  image = \"a:1\"\n  count = 2\n  mount \"/d\" {\n    volume = volume.d\n    exclusive = true\n  }\n}\nservice \"v\" {\n  image = \"a:1\"\n  mount \"/d\" {\n    source = \"./x\"\n    exclusive = true\n  }\n}\n",
		`{"recipe": {"name": "shop"}, "service": {"a": {"image": "x:1", "env": {"A": "${1 + 1}"}, "expose": {"http": {"port": 80}}}}, "port": {"p": {"listen": 80, "route": {"to": "${service.a.http}"}}}}`,
	}
}

// FuzzRecipe goes the whole way with any recipe: reads, decodes, checks, evaluates and plans it on an empty engine. It
// may be wrong, and no fault of ours may show: no panic, no internal error, no words of a programmer.
func FuzzRecipe(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s), strings.HasPrefix(s, "{"))
	}
	kinds := builtins.Kinds(builtins.Environment(noEnv))
	blocks := resolve.Blocks()
	byName := map[string]kind.Kind{}
	for _, k := range kinds {
		blocks = append(blocks, *k.Schema())
		byName[k.Schema().Name] = k
	}
	functions := builtins.Functions(funcs.Inputs{FS: fstest.MapFS{}, Dir: "/src", Env: noEnv})
	f.Fuzz(func(t *testing.T, src []byte, asJSON bool) {
		name := "recipe.hcl"
		if asJSON {
			name = "a.recipe.json"
		}
		files, diags := syntax.Load(fstest.MapFS{name: {Data: src}}, ".")
		m, more := decode.Decode(files, blocks)
		in := resolve.Inputs{FS: fstest.MapFS{}, Dir: "/src", Env: noEnv, Kinds: byName, Functions: functions}
		_, checked := resolve.Check(m, in)
		diags = append(append(diags, more...), checked...)
		blameless(t, m, diags)
		if diags.HasErrors() {
			return
		}
		in.Secrets = func(resolve.SecretSource) (string, error) { return "secret", nil }
		desired, diags := resolve.Resolve(m, in)
		blameless(t, m, diags)
		if diags.HasErrors() || desired.Recipe.Name == "" {
			return
		}
		w := simulated.New(simulated.Options{})
		defer w.Close()
		_, diags, err := w.Plan(t.Context(), desired, kind.Apply)
		if err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Error(err)
		}
		blameless(t, m, diags)
	})
}

// blameless demands that no diagnostic tells of a fault of ours.
func blameless(t *testing.T, m *decode.Module, diags hcl.Diagnostics) {
	t.Helper()
	for _, d := range diags {
		text := d.Summary + " " + d.Detail
		switch {
		case diag.CodeOf(d) == diag.Internal, strings.Contains(text, "goroutine "), strings.Contains(text, "reflect."), strings.Contains(text, "%!"):
			t.Errorf("%s [%s]", text, diag.CodeOf(d))
		case diag.CodeOf(d) == "":
			t.Errorf("no code: %s", text)
		}
	}
	var b strings.Builder
	if err := diag.Print(&b, m.Files, diags, diag.Style{}); err != nil {
		t.Error(err)
	}
}
