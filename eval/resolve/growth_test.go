package resolve

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/fix"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// renamedLanguage is a language of which some words were renamed, and its only kind.
func renamedLanguage() ([]schema.Block, map[string]kind.Kind) {
	str := schema.Str()
	probe := schema.Obj(
		schema.Arg{Name: "url", Type: str, Required: true, Growth: schema.Growth{RenamedTo: "path"}},
		schema.Arg{Name: "path", Type: str, Required: true},
		schema.Arg{Name: "host", Type: str, Growth: schema.Growth{Deprecated: "Write a path."}},
	)
	health := func(name, to string) schema.Block {
		return schema.Block{Name: name, Min: 1, Max: 1, Args: []schema.Arg{{Name: "http", Type: probe}}, Growth: schema.Growth{RenamedTo: to}}
	}
	service := func(name, to string) schema.Block {
		return schema.Block{Name: name, Label: "name", Resource: true, Growth: schema.Growth{RenamedTo: to}, Args: []schema.Arg{
			{Name: "replicas", Type: schema.Whole(1, 9), Required: true, Growth: schema.Growth{RenamedTo: "count"}},
			{Name: "count", Type: schema.Whole(1, 9), Required: true},
			{Name: "old", Type: str, Growth: schema.Growth{Deprecated: "Write new things instead."}},
		}, Blocks: []schema.Block{health("liveness", "health"), health("health", "")}}
	}
	blocks := append(Blocks(), service("app", "service"), service("service", ""))
	return blocks, map[string]kind.Kind{"service": fake{blocks[len(blocks)-1]}}
}

func resolveGrown(t *testing.T, name, src string) (*state.Desired, hcl.Diagnostics) {
	t.Helper()
	blocks, kinds := renamedLanguage()
	fsys := fstest.MapFS{name: {Data: []byte(src)}, "lib/recipe.hcl": {Data: []byte("app \"in\" {\n  count = 1\n  health {}\n}\n")}}
	files, diags := syntax.Load(fsys, ".")
	m, more := decode.Decode(files, blocks)
	diags = append(diags, more...)
	diags = append(diags, decode.Libraries{FS: fsys, Top: blocks, Version: "0.1.0"}.Use(m)...)
	in := inputs()
	in.Kinds = kinds
	d, more := Resolve(m, in)
	return d, append(diags, more...)
}

// inLines are diagnostics in a line each.
func inLines(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%s:%d: %s: %s\n", d.Subject.Filename, d.Subject.Start.Line, d.Summary, d.Detail)
	}
	return b.String()
}

const oldWords = `recipe { name = "shop" }
app "a" {
  replicas = 2
  old      = "x"
  liveness { http = { url = "/up" } }
}
service "b" {
  for_each = { k = app.a.replicas }
  count    = app.a.replicas
  dynamic "liveness" {
    for_each = ["/up"]
    content { http = { url = liveness.value } }
  }
}
use "lib" { source = "./lib" }
locals { probe = { url = "/computed" } }
service "c" {
  count = service.b["k"].replicas
  health { http = local.probe }
}
output "all" { value = [for s in [app.a, service.c] : s.replicas] }
output "keyed" { value = [for k in ["k"] : app.b[k].replicas] }
output "lib" { value = use.lib.app.in.replicas }
moved {
  from = app.first
  to   = app.a
}
`

// A word that was renamed means what the new one means, with a warning, wherever it stands; and rewriting a recipe with
// the new words changes nothing of what it says.
func TestOldWords(t *testing.T) {
	d, diags := resolveGrown(t, "recipe.hcl", oldWords)
	if diags.HasErrors() {
		t.Fatal(inLines(diags))
	}
	const renamed = ` now, and means the same. "recipe fmt --fix" rewrites it.`
	want := strings.NewReplacer("+app", `Word renamed: "app" is called "service"`+renamed, "+replicas", `Word renamed: "replicas" is called "count"`+renamed,
		"+liveness", `Word renamed: "liveness" is called "health"`+renamed, "+url", `Word renamed: "url" is called "path"`+renamed).Replace(`recipe.hcl:2: +app
recipe.hcl:3: +replicas
recipe.hcl:4: No longer advised: "old" is no longer advised. Write new things instead.
recipe.hcl:5: +liveness
recipe.hcl:5: +url
recipe.hcl:10: +liveness
recipe.hcl:12: +url
lib/recipe.hcl:1: +app
  in use.lib at recipe.hcl line 15
recipe.hcl:8: +app
recipe.hcl:8: +replicas
recipe.hcl:9: +app
recipe.hcl:9: +replicas
recipe.hcl:18: +replicas
recipe.hcl:19: +url
recipe.hcl:21: +app
recipe.hcl:21: +replicas
recipe.hcl:21: +replicas
recipe.hcl:22: +app
recipe.hcl:22: +replicas
recipe.hcl:23: +app
recipe.hcl:23: +replicas
`)
	if diff := cmp.Diff(want, inLines(diags)); diff != "" {
		t.Error(diff)
	}
	blocks, _ := renamedLanguage()
	fixed, _, _ := fix.Words([]byte(oldWords), "recipe.hcl", blocks)
	again, diags := resolveGrown(t, "recipe.hcl", string(fixed))
	if diags.HasErrors() {
		t.Fatal(inLines(diags))
	}
	said := func(d *state.Desired) string {
		for _, r := range d.Resources {
			r.Sources = nil
		}
		return string(show(t, d)) + d.Recipe.Moved.Now(d.Resources[0].Addr).String()
	}
	if diff := cmp.Diff(said(d), said(again)); diff != "" {
		t.Errorf("once rewritten: %s\n%s", diff, fixed)
	}
}

// In JSON as in native syntax.
func TestOldWordsInJSON(t *testing.T) {
	d, diags := resolveGrown(t, "a.recipe.json", `{"recipe": {"name": "shop"}, "app": {"a": {"replicas": 2, "liveness": {"http": {"url": "/up"}}}}}`)
	if len(diags) != 4 || diags.HasErrors() {
		t.Fatal(inLines(diags))
	}
	if got, want := string(show(t, d)), `{"count":2,"health":{"http":{"path":"/up"}}}`; !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
}

// Who writes both words has to decide.
func TestOldWordsBesideNew(t *testing.T) {
	_, diags := resolveGrown(t, "recipe.hcl", `recipe { name = "shop" }
app "a" {
  replicas = 2
  count    = 1
  liveness { http = { path = "/", url = "/" } }
  health {}
}
service "a" {
  count = 1
  health { http = merged({ path = "/", url = "/" }) }
}
function "merged" {
  params = [x]
  result = x
}
service "c" {
  count = 1
  health { http = merged({ path = "/", url = "/" }) }
}
`)
	var errors hcl.Diagnostics
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			errors = append(errors, d)
		}
	}
	want := `recipe.hcl:4: Set under two names: "count" and the word at recipe.hcl line 3 are two names of one thing. Remove one of them.
recipe.hcl:5: Set under two names: "url" and the word at recipe.hcl line 5 are two names of one thing. Remove one of them.
recipe.hcl:6: Too many blocks: A service block takes one health block; the first is at recipe.hcl line 5.
recipe.hcl:8: Duplicate block: service "a" is already declared at recipe.hcl line 2. Give one of them another name, or remove it.
recipe.hcl:18: Set under two names: The value of "http" has the keys "url" and "path", which are two names of one thing. Remove one of them.
`
	if diff := cmp.Diff(want, inLines(errors)); diff != "" {
		t.Error(diff)
	}
}
