package recipes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/syntax"
	"github.com/deployrecipe/recipe/recipes"
)

// desire evaluates the recipe of a directory, with values for its variables from files, as the program does.
func desire(t *testing.T, dir string, values ...string) *state.Desired {
	t.Helper()
	module, in := read(t, dir, values...)
	desired, diags := resolve.Resolve(module, in)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", dir, diags)
	}
	return desired
}

// built is the path of a directory, or of a copy with stand-ins for what a person builds there before the image: the
// files that its .gitignore names.
func built(t *testing.T, dir string) string {
	t.Helper()
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	ignored, err := os.ReadFile(filepath.Join(abs, ".gitignore"))
	if err != nil {
		return abs
	}
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(abs)); err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(ignored)) {
		if err := os.WriteFile(filepath.Join(copied, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// read reads the recipe of a directory, and gives what it takes to evaluate it.
func read(t *testing.T, dir string, values ...string) (*decode.Module, resolve.Inputs) {
	t.Helper()
	abs := built(t, dir)
	root := os.DirFS(abs)
	in := resolve.Inputs{FS: root, Dir: abs, Origin: "here", Env: noEnv, Kinds: map[string]kind.Kind{},
		Functions: builtins.Functions(funcs.Inputs{FS: root, Dir: abs, Env: noEnv}),
		Secrets:   secret}
	blocks := resolve.Blocks()
	for _, k := range builtins.Kinds(builtins.Environment(noEnv)) {
		in.Kinds[k.Schema().Name] = k
		blocks = append(blocks, *k.Schema())
	}
	files, diags := syntax.Load(root, ".")
	for _, file := range values {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, more := syntax.Parse(src, file)
		diags = append(diags, more...)
		vars, more := resolve.FileVars(parsed, file)
		in.Vars, diags = append(in.Vars, vars...), append(diags, more...)
	}
	module, more := decode.Decode(files, blocks)
	diags = append(diags, more...)
	diags = append(diags, decode.Libraries{FS: os.DirFS(abs), Std: recipes.Files, Top: blocks, Version: "0.1.0"}.Use(module)...)
	in.Library = builtins.Library(funcs.Inputs{Env: noEnv}, abs, recipes.Files)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", dir, diags)
	}
	return module, in
}

// secret is in testdata where its form counts.
func secret(s resolve.SecretSource) (string, error) {
	if text, err := os.ReadFile(filepath.Join("testdata", s.Name+".secret")); err == nil {
		return string(text), nil
	}
	return "the value of " + s.Name, nil
}

func noEnv(string) (string, bool) { return "", false }
