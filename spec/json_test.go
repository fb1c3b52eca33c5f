package spec

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// TestJSON holds that a recipe means the same in both syntaxes. Each case has one under hcl and one under json.
func TestJSON(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/json/whole.txtar")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := txtar.Write(archive, root); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(wanted(t, os.DirFS(root+"/hcl")), wanted(t, os.DirFS(root+"/json"))); d != "" {
		t.Errorf("the JSON means something else (-hcl +json):\n%s", d)
	}
}

// wanted writes down what the recipe in fsys wants, a line each.
func wanted(t *testing.T, fsys fs.FS) (lines []string) {
	t.Helper()
	files, diags := syntax.Load(fsys, ".")
	blocks := resolve.Blocks()
	in := resolve.Inputs{FS: fsys, Dir: "/srv", Kinds: map[string]kind.Kind{},
		Functions: builtins.Functions(funcs.Inputs{FS: fsys, Dir: "/srv"}),
		Secrets:   func(s resolve.SecretSource) (string, error) { return s.Env, nil }}
	for _, k := range builtins.Kinds(builtins.Settings{}) {
		blocks = append(blocks, *k.Schema())
		in.Kinds[k.Schema().Name] = k
	}
	module, more := decode.Decode(files, blocks)
	diags = append(diags, more...)
	desired, more := resolve.Resolve(module, in)
	if diags = append(diags, more...); len(diags) > 0 {
		var text bytes.Buffer
		diag.Print(&text, module.Files, diags, diag.Style{})
		t.Fatal(text.String())
	}
	lines = append(lines, desired.Recipe.Name)
	for _, r := range desired.Resources {
		lines = append(lines, desired.Recipe.Moved.Named(r.Addr).String())
		lines = append(lines, fmt.Sprintf("%s %s %v %v", r.Addr, r.Spec, r.Needs, r.Secrets))
	}
	for _, o := range desired.Outputs {
		lines = append(lines, fmt.Sprintf("%s %s", o.Name, o.Value))
	}
	return lines
}
