package funcs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/resolve"
)

// inputs are a directory with two files and a link that leads out of it.
func inputs(t *testing.T) Inputs {
	t.Helper()
	outer := t.TempDir()
	dir := filepath.Join(outer, "app")
	for name, text := range map[string]string{
		"outside.txt": "secret", "app/hello.txt": "hello\n", "app/hello.tftpl": "hello ${name}\n",
		"app/loop.tftpl": "%{ for x in list }[${upper(x)}]%{ endfor }", "app/self.tftpl": `${templatefile("self.tftpl", {})}`,
		"app/bytes.bin": "\xff\xfe",
	} {
		name = filepath.Join(outer, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return Inputs{FS: root.FS(), Dir: dir, Env: func(name string) (string, bool) { return "of " + name, name == "SET" }}
}

func eval(t *testing.T, in Inputs, text string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(text), "test", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return expr.Value(&hcl.EvalContext{
		Functions: Map(in),
		Variables: map[string]cty.Value{
			"dir": cty.StringVal(in.Dir),
			"key": cty.StringVal("k3y").Mark(resolve.Sensitive),
		},
	})
}

// Every function is documented, and its example gives what it says.
func TestExamples(t *testing.T) {
	in := inputs(t)
	seen := map[string]bool{}
	for _, f := range List(in) {
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
		if !strings.HasSuffix(f.Doc, ".") || !strings.Contains(f.Example, f.Name+"(") {
			t.Errorf("%s: the documentation %q or the example %q is not complete", f.Name, f.Doc, f.Example)
		}
		got, diags := eval(t, in, f.Example)
		if diags.HasErrors() {
			t.Errorf("%s: %s: %s", f.Name, f.Example, diags)
			continue
		}
		if f.Result == "" {
			continue
		}
		want, diags := eval(t, in, f.Result)
		if diags.HasErrors() {
			t.Fatalf("%s: %s: %s", f.Name, f.Result, diags)
		}
		if !same(got, want) {
			t.Errorf("%s: %s = %#v, want %s = %#v", f.Name, f.Example, got, f.Result, want)
		}
	}
}

// same compares values; a list of one type equals the tuple that an example writes for it.
func same(a, b cty.Value) bool {
	if a.RawEquals(b) {
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

func TestValues(t *testing.T) {
	in := inputs(t)
	tests := []struct{ expr, want string }{
		{`file("${dir}/hello.txt")`, `"hello\n"`},
		{`file("./sub/../hello.txt")`, `"hello\n"`},
		{`fileexists("hello.txt")`, `true`},
		{`fileexists(".")`, `false`},
		{`templatefile("loop.tftpl", { list = ["a", "b"] })`, `"[A][B]"`},
		{`templatefile("hello.tftpl", { name = key })`, `sensitive("hello k3y\n")`},
		{`upper(key)`, `sensitive("K3Y")`},
		{`env("SET")`, `"of SET"`},
		{`env("UNSET", null) == null`, `true`},
		{`length({ a = 1 })`, `1`},
		{`alltrue([])`, `true`},
		{`anytrue([null])`, `false`},
		{`tostring(null) == null`, `true`},
		{`nonsensitive("plain")`, `"plain"`},
	}
	for _, test := range tests {
		got, diags := eval(t, in, test.expr)
		want, more := eval(t, in, test.want)
		if diags.HasErrors() || more.HasErrors() {
			t.Errorf("%s: %v %v", test.expr, diags, more)
		} else if !same(got, want) {
			t.Errorf("%s = %#v, want %#v", test.expr, got, want)
		}
	}
}

// What functions refuse, with what they say.
func TestErrors(t *testing.T) {
	in := inputs(t)
	tests := []struct{ expr, want string }{
		{`file("../outside.txt")`, `"../outside.txt" is outside the recipe's directory`},
		{`file("/etc/passwd")`, "is outside the recipe's directory"},
		{`file("link.txt")`, `"link.txt" cannot be read: path escapes from parent`},
		{`fileexists("../outside.txt")`, "is outside"},
		{`file("none.txt")`, `there is no file "none.txt"`},
		{`file(".")`, `"." is not a file`},
		{`file("bytes.bin")`, "is not text in UTF-8; use filebase64"},
		{`templatefile("hello.tftpl", {})`, `hello.tftpl line 1: the template reads "name"`},
		{`templatefile("hello.tftpl", [])`, "an object of the template's values is required"},
		{`templatefile("self.tftpl", {})`, "There is no function named"},
		{`env("UNSET")`, "the environment variable UNSET is not set"},
		{`env("UNSET", "a", "b")`, "a name and a default are all"},
		{`base64decode("//4=")`, "not text in UTF-8"},
		{`length(1)`, "a collection or a text is required"},
	}
	for _, test := range tests {
		_, diags := eval(t, in, test.expr)
		if !diags.HasErrors() {
			t.Errorf("%s: no error", test.expr)
		} else if !strings.Contains(diags.Error(), test.want) {
			t.Errorf("%s: %s, want %s", test.expr, diags.Error(), test.want)
		}
	}
}
