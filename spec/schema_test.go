package spec

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/reference"
	"github.com/deployrecipe/recipe/lang/schema"
)

// TestSchemas finds blocks and arguments that nobody described, and schemas that contradict themselves.
func TestSchemas(t *testing.T) {
	t.Parallel()
	for _, problem := range schema.Validate(builtins.Described()) {
		t.Error(problem)
	}
	for _, d := range funcs.All() {
		if d.Text == "" || d.Family == "" || len(d.Examples) == 0 {
			t.Errorf("%s has no description, family or example", d.Name)
		}
	}
}

// TestPages holds that the generated pages are current.
func TestPages(t *testing.T) {
	t.Parallel()
	var blocks, codes bytes.Buffer
	if err := builtins.Reference(&blocks); err != nil {
		t.Fatal(err)
	}
	if err := reference.Diagnostics(&codes, os.DirFS("diagnostics")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"reference.md": blocks.Bytes(), "diagnostics.md": codes.Bytes()} {
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run make generate", name)
		}
	}
}

// TestLater uses each word that is not built yet, and wants an error that says so, whatever else is wrong.
func TestLater(t *testing.T) {
	t.Parallel()
	for _, b := range builtins.Schemas() {
		for path, text := range laterWords(schema.Complete(b)) {
			t.Run(path, func(t *testing.T) {
				dir := t.TempDir()
				write(t, dir+"/recipe.hcl", []byte("recipe { name = \"shop\" }\n"+text+"\n"))
				m, diags := load(t, dir, nil, options{path: "."})
				_, more := resolve.Check(m.decoded, m.inputs)
				for _, d := range append(diags, more...) {
					if diag.CodeOf(d) == diag.NotBuiltYet {
						return
					}
				}
				t.Errorf("it is used without a word:\n%s", text)
			})
		}
	}
}

// laterWords gives, by its path, a text that uses each word of a block that is not built yet.
func laterWords(b schema.Block) map[string]string {
	head := b.Name
	if b.Label != "" {
		head += ` "x"`
	}
	if b.Later != "" {
		return map[string]string{b.Name: head + " {}"}
	}
	inside := map[string]string{}
	for _, a := range b.Args {
		if a.Later != "" {
			inside[a.Name] = a.Name + " = 1"
		}
	}
	for _, nested := range b.Blocks {
		maps.Copy(inside, laterWords(nested))
	}
	words := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(inside)) {
		words[b.Name+"."+name] = head + " {\n" + strings.TrimSpace(inside[name]) + "\n}"
	}
	return words
}
