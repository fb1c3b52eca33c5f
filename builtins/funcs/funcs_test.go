package funcs

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/resolve"
)

// inputs are a directory with files, and a link that leads out of it, in a git repository.
func inputs(t testing.TB) Inputs {
	t.Helper()
	outer := t.TempDir()
	dir := filepath.Join(outer, "app")
	for name, text := range map[string]string{
		"outside.txt": "secret", "allowed/a.txt": "allowed", "home/me.txt": "mine",
		"app/hello.txt": "hello\n", "app/hello.tftpl": "hello ${name}\n",
		"app/loop.tftpl": "%{ for x in list }[${upper(x)}]%{ endfor }", "app/self.tftpl": `${templatefile("self.tftpl", {})}`,
		"app/reads.tftpl": `${file("hello.txt")}`, "app/value.tftpl": "${list}", "app/broken.tftpl": "a\n${",
		"app/bytes.bin":   "\xff\xfe",
		"app/conf/a.conf": "a", "app/conf/sub/b.conf": "b", "app/conf/.dockerignore": "ignored", "app/conf/ignored": "x",
		"app/.git/HEAD": "ref: refs/heads/main\n", "app/.git/refs/heads/main": "0123456789abcdef0123456789abcdef01234567\n",
	} {
		name = filepath.Join(outer, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"link.txt": "../outside.txt", "inner.txt": "hello.txt", "round": "."} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"SET": "of SET", "HOME": filepath.Join(outer, "home")}
	return Inputs{FS: open(t, dir), Dir: dir, Env: func(name string) (string, bool) { s, ok := env[name]; return s, ok }}
}

func open(t testing.TB, dir string) fs.FS {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root.FS()
}

// scope can call all functions and read a sensitive key, values that are not known, and large ones.
func scope(in Inputs) *hcl.EvalContext {
	return &hcl.EvalContext{Functions: Map(in), Variables: map[string]cty.Value{
		"path":     cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(in.Dir)}),
		"key":      cty.StringVal("k3y").Mark(resolve.Sensitive),
		"secrets":  cty.ListVal([]cty.Value{cty.StringVal("b").Mark(resolve.Sensitive), cty.StringVal("a")}),
		"unknown":  cty.UnknownVal(cty.String),
		"dynamic":  cty.DynamicVal,
		"lines":    cty.StringVal(strings.Repeat("x\n", 1<<19)),
		"brackets": cty.StringVal(strings.Repeat("[", 1<<20)),
		"digits":   cty.StringVal(strings.Repeat("9", 1<<20)),
	}}
}

func eval(t testing.TB, ctx *hcl.EvalContext, text string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(text), "test", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(text, diags)
	}
	return expr.Value(ctx)
}

// Every function is documented, and its examples give what they say.
func TestExamples(t *testing.T) {
	in := inputs(t)
	ctx := scope(in)
	seen := map[string]bool{}
	for _, f := range List(in) {
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
		for _, x := range f.Examples {
			check(t, ctx, x.Call, x.Result)
		}
	}
}

// check evaluates a call and compares it with what an expression gives; an empty one stands for a value that is
// unknown while a plan is made.
func check(t *testing.T, ctx *hcl.EvalContext, call, result string) {
	t.Helper()
	got, diags := eval(t, ctx, call)
	if diags.HasErrors() {
		t.Errorf("%s: %s", call, diags)
		return
	}
	if result == "" {
		if got.IsKnown() {
			t.Errorf("%s = %#v, which is known", call, got)
		}
		return
	}
	want, diags := eval(t, ctx, result)
	if diags.HasErrors() {
		t.Errorf("%s: %s", result, diags)
	} else if !same(got, want) {
		t.Errorf("%s = %#v, want %s = %#v", call, got, result, want)
	}
}

// same compares values; a list of one type equals the tuple that an example writes for it.
func same(a, b cty.Value) bool {
	if a.RawEquals(b) || a.IsNull() && b.IsNull() {
		return true
	}
	if a.IsMarked() || b.IsMarked() || !a.CanIterateElements() || !b.CanIterateElements() || a.LengthInt() != b.LengthInt() {
		return false
	}
	for i, j := a.ElementIterator(), b.ElementIterator(); i.Next() && j.Next(); {
		ka, va := i.Element()
		kb, vb := j.Element()
		if !same(ka, kb) || !same(va, vb) {
			return false
		}
	}
	return true
}
