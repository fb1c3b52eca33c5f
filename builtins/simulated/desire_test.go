package simulated_test

import (
	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// desire evaluates a recipe named shop.
func desire(t failer, text string) *state.Desired {
	t.Helper()
	file, diags := syntax.Parse([]byte("recipe { name = \"shop\" }\n"+text), "recipe.hcl")
	in := resolve.Inputs{Dir: "/src", Origin: "here", Env: noEnv, Kinds: map[string]kind.Kind{}, Functions: builtins.Functions(funcs.Inputs{Dir: "/src", Env: noEnv})}
	blocks := resolve.Blocks()
	for _, k := range builtins.Kinds(builtins.Environment(noEnv)) {
		in.Kinds[k.Schema().Name] = k
		blocks = append(blocks, *k.Schema())
	}
	module, more := decode.Decode(&syntax.Files{Dir: "/src", Recipes: []*syntax.File{file}}, append([]schema.Block(nil), blocks...))
	diags = append(diags, more...)
	d, more := resolve.Resolve(module, in)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	return d
}

func noEnv(string) (string, bool) { return "", false }
