package resolve

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestResolve runs the cases of testdata. The comment of a case says what it shows; its lines may hold options:
// "mode: check" for Check, "--var ..." and "RECIPE_VAR_...=..." for values. A file "desired" is what must come
// out, "diagnostics" what must be reported.
func TestResolve(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if f.Name != "desired" && f.Name != "diagnostics" {
					got.Files = append(got.Files, f)
				}
			}
			d, diags, m := run(t, archive)
			if !diags.HasErrors() {
				got.Files = append(got.Files, txtar.File{Name: "desired", Data: show(t, d)})
			}
			if len(diags) > 0 {
				var text bytes.Buffer
				diag.Print(&text, m.Sources(), diags, diag.Style{Width: 100})
				got.Files = append(got.Files, txtar.File{Name: "diagnostics", Data: text.Bytes()})
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := txtar.Format(archive); !bytes.Equal(txtar.Format(got), want) {
				t.Errorf("got\n%s\nwant\n%s", txtar.Format(got), want)
			}
		})
	}
}

func run(t *testing.T, archive *txtar.Archive) (*state.Desired, hcl.Diagnostics, *decode.Module) {
	t.Helper()
	m, files := load(t, archive)
	in := inputs()
	check := false
	var env []string
	for line := range strings.Lines(string(archive.Comment)) {
		line = strings.TrimSpace(line)
		if line == "mode: check" {
			check = true
		}
		if strings.HasPrefix(line, envPrefix) {
			env = append(env, line)
		}
	}
	in.Vars = EnvVars(env)
	for _, f := range files.Vars {
		vars, diags := FileVars(f, f.Name)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		in.Vars = append(in.Vars, vars...)
	}
	for line := range strings.Lines(string(archive.Comment)) {
		if s, ok := strings.CutPrefix(strings.TrimSpace(line), "--var "); ok {
			v, err := ParseVar(s)
			if err != nil {
				t.Fatal(err)
			}
			in.Vars = append(in.Vars, v)
		}
	}
	if check {
		d, diags := Check(m, in)
		return d, diags, m
	}
	d, diags := Resolve(m, in)
	return d, diags, m
}

func load(t testing.TB, archive *txtar.Archive) (*decode.Module, *syntax.Files) {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, f := range archive.Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	files, diags := syntax.Load(fsys, ".")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	top := Blocks()
	all := kinds()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		top = append(top, *all[name].Schema())
	}
	m, diags := decode.Decode(files, top)
	diags = append(diags, decode.Libraries{FS: fsys, Std: fsys, Top: top, Version: "0.1.0"}.Use(m)...)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return m, files
}

func inputs() Inputs {
	return Inputs{
		Dir: "/srv/shop", Origin: "git.example.com/shop", Revision: "abc123", Kinds: kinds(),
		Library: func(m *decode.Module) Library {
			return Library{Dir: "/srv/shop/" + m.Dir, Functions: testFunctions()}
		},
		Secrets: func(s SecretSource) (string, error) {
			if s.Env == "" {
				return "", errors.New("nothing there")
			}
			return "value of " + s.Env, nil
		},
		Functions: testFunctions(),
	}
}

func testFunctions() map[string]function.Function {
	return map[string]function.Function{
		"upper": stdlib.UpperFunc, "parseint": stdlib.ParseIntFunc, "can": tryfunc.CanFunc, "try": tryfunc.TryFunc,
		"regex": stdlib.RegexFunc, "concat": stdlib.ConcatFunc, "jsonencode": stdlib.JSONEncodeFunc, "length": stdlib.LengthFunc,
		"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "keys": stdlib.KeysFunc, "values": stdlib.ValuesFunc,
		"now": function.New(&function.Spec{
			Type: function.StaticReturnType(cty.String),
			Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.UnknownVal(cty.String), nil },
		}),
	}
}

// show writes what a case compares: for each resource its spec, what it needs, and its chains of references.
func show(t *testing.T, d *state.Desired) []byte {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "recipe %q\n", d.Recipe.Name)
	for _, r := range d.Resources {
		fmt.Fprintf(&b, "%s %s\n", r.Addr, r.Spec)
		if !json.Valid(r.Spec) {
			t.Errorf("%s has an invalid spec: %s", r.Addr, r.Spec)
		}
		if len(r.Needs) > 0 {
			fmt.Fprintf(&b, "  needs %v\n", r.Needs)
		}
		for _, path := range slices.Sorted(maps.Keys(r.Sources)) {
			s := r.Sources[path]
			var links []string
			for _, l := range s.Links() {
				links = append(links, told(l))
			}
			if len(links) > 0 {
				fmt.Fprintf(&b, "  %s = %s from %s\n", path, s.Expr, strings.Join(links, " <- "))
			}
		}
		for _, path := range slices.Sorted(maps.Keys(r.Secrets)) {
			fmt.Fprintf(&b, "  secret %s = %q\n", path, r.Secrets[path])
		}
	}
	for _, o := range d.Outputs {
		fmt.Fprintf(&b, "output %s %s", o.Name, o.Value)
		if o.Sensitive || o.Unknown {
			fmt.Fprintf(&b, " sensitive=%v unknown=%v", o.Sensitive, o.Unknown)
		}
		fmt.Fprintln(&b)
	}
	return b.Bytes()
}

// told is a link as cases compare it: its name, what it is worth where that may be seen, and where it was given.
func told(l state.Link) string {
	text := l.Name
	if l.In != "" {
		text += " of " + l.In
	}
	if l.Value != nil {
		text += " = " + string(l.Value)
	}
	if l.Sensitive {
		text += ", sensitive"
	}
	if l.Source != "" {
		text += " (" + l.Source + ")"
	}
	return text
}

func TestSchemas(t *testing.T) {
	if problems := schema.Validate(Blocks()); len(problems) > 0 {
		t.Error(strings.Join(problems, "\n"))
	}
}
