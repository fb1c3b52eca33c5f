package saved

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
)

// example is a file with something in every field.
func example(t *testing.T) *File {
	t.Helper()
	p := &plan.Plan{Format: plan.Format, Engine: "id", Steps: []plan.Step{{ID: "a", Addr: addr.New("volume", "a"), Op: "volume.create", Title: "create <a>", Config: plan.Raw(1e3)}}}
	text := "x"
	reads := &Reads{answers: answers{Files: map[string]*Read{"a.txt": {Kind: file, Text: &text}}, Env: map[string]*string{"A": &text, "B": nil}}}
	r := &state.Resource{Addr: addr.New("service", "web"), Spec: json.RawMessage(`{"env":{"A":{"secret":"env.A","version":1}}}`)}
	typed, err := Give(resolve.VarValue{Name: "list", Source: "prod.auto.vars.hcl",
		Expr:  hcl.StaticExpr(cty.TupleVal([]cty.Value{cty.NumberIntVal(1), cty.True}), hcl.Range{}),
		Range: &hcl.Range{Filename: "prod.auto.vars.hcl", Start: hcl.Pos{Line: 2, Column: 1, Byte: 3}}}, false)
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := Give(resolve.VarValue{Name: "release", Source: "--var", Text: "1"}, false)
	hidden, _ := Give(resolve.VarValue{Name: "key", Source: "--var", Text: "hunter2"}, true)
	return &File{
		Tool: "0.1.0", Made: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC), By: "a@b", Mode: kind.Apply,
		Options: Options{Upgrade: true, AllowFiles: []string{"../x"}}, Recipe: state.Recipe{Name: "shop", Origin: "o"},
		Engine: Engine{"id", "unix:///x"}, Edge: Edge{"edge", "image"},
		Module:   Module{Path: ".", Dir: "/srv", Files: map[string]string{"recipe.hcl": "recipe {}\n"}, Variables: []Variable{hidden, typed, plain}, Reads: reads},
		Desired:  []Wanted{Want(r, state.Manifest{"f": "1"})},
		Observed: []Object{Observe("container", "c", map[string]string{"state": "running", "health": ""})},
		Plan:     p, PlanDigest: plan.Digest(p),
	}
}

func encoded(t *testing.T) []byte {
	t.Helper()
	text, err := Encode(example(t))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	f := example(t)
	text, err := Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Digest(got.Plan) != f.PlanDigest {
		t.Error("the plan is another one")
	}
	ignore := cmp.Options{cmpopts.IgnoreFields(File{}, "Plan"), cmpopts.IgnoreTypes(json.RawMessage{}), cmp.AllowUnexported(Reads{}), cmpopts.IgnoreFields(Reads{}, "mu")}
	if diff := cmp.Diff(f, got, ignore); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	value, err := got.Module.Variables[1].Given()
	if err != nil {
		t.Fatal(err)
	}
	list, _ := value.Expr.Value(nil)
	if want := cty.TupleVal([]cty.Value{cty.NumberIntVal(1), cty.True}); !list.RawEquals(want) || value.Range.Start.Line != 2 || value.Source != "prod.auto.vars.hcl" {
		t.Errorf("a value out of a file is given as %#v", value)
	}
	if names := got.Module.Sensitive(); len(names) != 1 || names[0] != "key" || bytes.Contains(text, []byte("hunter2")) {
		t.Errorf("sensitive are %q, in\n%s", names, text)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(compact.Bytes()); err != nil || !Is(compact.Bytes()) {
		t.Errorf("another layout is refused: %v", err)
	}
}

// Whatever is wrong with a file is told by a text of its own.
func TestRefused(t *testing.T) {
	t.Parallel()
	good := string(encoded(t))
	again := func(edit func(*File)) string { // whoever edits may correct the checksum, too
		f := example(t)
		edit(f)
		text, err := Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "is empty"},
		{"a recipe", "recipe { name = \"a\" }\n", "Not a plan file"},
		{"a recipe in JSON", `{"recipe": {"name": "a"}}`, "Not a plan file"},
		{"binary", "\x7fELF\x00\x01\xff", "Not a plan file"},
		{"cut off early", good[:40], "is cut off"},
		{"cut off late", good[:len(good)-3], "is cut off"},
		{"garbage in it", good[:200] + "\x00\xff" + good[200:], "is damaged"},
		{"two of them", good + good, "is damaged"},
		{"a digit", strings.Replace(good, `"create <a>"`, `"create <b>"`, 1), "was changed"},
		{"one more field", strings.Replace(good, `"mode"`, `"more": 1, "mode"`, 1), "was changed"},
		{"no checksum", strings.Replace(good, `"checksum"`, `"sum"`, 1), "was changed"},
		{"a later format", strings.Replace(good, `"format_version": 1`, `"format_version": 2`, 1), "later format"},
		{"no format", strings.Replace(good, `"format_version": 1`, `"format_version": "x"`, 1), "does not say which format"},
		{"another plan", again(func(f *File) { f.Plan.Steps[0].Title = "other" }), "contradicts itself"},
		{"no plan", again(func(f *File) { f.Plan = nil }), "contradicts itself"},
		{"deep", `{"kind": "` + Kind + `", "x": ` + strings.Repeat("[", 100_000), "is damaged"},
	} {
		_, err := Decode([]byte(test.text))
		var problem *Problem
		if !errors.As(err, &problem) || !strings.Contains(problem.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if text := append([]byte(good), bytes.Repeat([]byte(" "), MaxSize)...); Is(text) {
		if _, err := Decode(text); err == nil || !strings.Contains(err.Error(), "too large") {
			t.Errorf("a large file: %v", err)
		}
	}
}

func TestMoved(t *testing.T) {
	t.Parallel()
	object := func(name string, fields ...string) Object {
		all := map[string]string{}
		for i := 0; i < len(fields); i += 2 {
			all[fields[i]] = fields[i+1]
		}
		return Observe("thing", name, all)
	}
	for _, test := range []struct {
		name          string
		before, after []Object
		want          string
	}{
		{"nothing", []Object{object("a", "x", "1")}, []Object{object("a", "x", "1", "y", "")}, ""},
		{"changed", []Object{object("a", "x", "1")}, []Object{object("a", "x", "2")}, "thing a: x was 1, and is now 2"},
		{"set", []Object{object("a")}, []Object{object("a", "x", "2")}, "thing a: x is now 2"},
		{"unset", []Object{object("a", "x", "1")}, []Object{object("a")}, "thing a: x was 1, and is not any more"},
		{"not looked up before", []Object{object("a", "x", Unseen)}, []Object{object("a", "x", "2")}, ""},
		{"not looked up now", []Object{object("a", "x", "1", "y", "1")}, []Object{object("a", "x", Unseen, "y", "2")}, "thing a: y was 1, and is now 2"},
		{"a text's lines once", []Object{object("a", "text", "x\nx\n")}, []Object{object("a", "text", "z\nz\n")}, "thing a: text was edited:\n    - x\n    + z"},
		{"gone and new", []Object{object("a")}, []Object{object("b")}, "thing a is gone; thing b is new"},
		{"text", []Object{object("a", "text", "x\ny\n")}, []Object{object("a", "text", "x\n  z\n")}, "thing a: text was edited:\n    - y\n    + z"},
	} {
		if got := strings.Join(Moved(test.before, test.after), "; "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	want := func(name, spec string, context state.Manifest) Wanted {
		return Want(&state.Resource{Addr: addr.New("image", name), Spec: json.RawMessage(spec)}, context)
	}
	before := []Wanted{want("a", `1`, state.Manifest{"x": "1", "y": "1"}), want("b", `1`, nil), want("c", `1`, nil), want("same", `{"a": 1}`, nil)}
	after := []Wanted{want("a", `1`, state.Manifest{"x": "2", "z": "1"}), want("b", `2`, nil), want("d", `1`, nil), want("same", `{"a":1}`, nil)}
	got := strings.Join(Wants(before, after), "\n")
	if diff := cmp.Diff(`image.a: files of its build context: x changed, y is gone, z is new
image.b is wanted otherwise: a secret, or a file that is read again, is not what it was
image.c is not wanted any more
image.d is wanted now, and was not`, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
