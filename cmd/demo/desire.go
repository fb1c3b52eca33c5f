package main

import (
	"os"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// desire evaluates the recipe, with the values that a command line gives.
func (p *simulation) desire(args []string) (*state.Desired, error) {
	files, diags := syntax.Load(os.DirFS(p.dir), ".")
	kinds := builtins.Kinds(p.settings)
	blocks := append([]schema.Block(nil), resolve.Blocks()...)
	env := func(string) (string, bool) { return "", false }
	in := resolve.Inputs{
		FS: os.DirFS(p.dir), Dir: p.dir, Origin: p.dir, Env: env, Vars: resolve.EnvVars(p.env()), Kinds: map[string]kind.Kind{},
		Functions: builtins.Functions(funcs.Inputs{FS: os.DirFS(p.dir), Dir: p.dir, Env: env}),
	}
	for _, k := range kinds {
		in.Kinds[k.Schema().Name] = k
		blocks = append(blocks, *k.Schema())
	}
	for i, arg := range args {
		if arg != "--var" {
			continue
		}
		value, err := resolve.ParseVar(args[i+1])
		if err != nil {
			return nil, err
		}
		in.Vars = append(in.Vars, value)
	}
	module, more := decode.Decode(files, blocks)
	if diags = append(diags, more...); diags.HasErrors() {
		return nil, diags
	}
	desired, more := resolve.Resolve(module, in)
	return desired, p.told(append(diags, more...), nil)
}
