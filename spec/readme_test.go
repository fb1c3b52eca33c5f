package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// TestReadme holds that the recipe on the first screen of the README is one.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "```hcl\n")
	source, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("the README shows no recipe")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "recipe.hcl"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	files, diags := syntax.Load(os.DirFS(dir), ".")
	blocks := resolve.Blocks()
	in := resolve.Inputs{FS: os.DirFS(dir), Dir: dir, Env: os.LookupEnv, Kinds: map[string]kind.Kind{},
		Functions: builtins.Functions(funcs.Inputs{FS: os.DirFS(dir), Dir: dir, Env: os.LookupEnv})}
	for _, k := range builtins.Kinds(builtins.Settings{}) {
		blocks = append(blocks, *k.Schema())
		in.Kinds[k.Schema().Name] = k
	}
	module, more := decode.Decode(files, blocks)
	diags = append(diags, more...)
	desired, more := resolve.Check(module, in)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	if len(desired.Resources) < 4 {
		t.Errorf("the README's recipe declares %d resources; there are more in it", len(desired.Resources))
	}
	formatted, diags := syntax.Format([]byte(source), "README.md")
	if diags.HasErrors() || string(formatted) != source {
		t.Errorf("recipe fmt would write the README's recipe as:\n%s", formatted)
	}
}
