package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/lang/schema"
)

// What is formatted with today's words keeps its comments, and what only a person can replace is told.
func TestFmtFix(t *testing.T) {
	name := filepath.Join(t.TempDir(), "recipe.hcl")
	if err := os.WriteFile(name, []byte("service \"a\" {\nreplicas=2 # two\n  old = 1\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, out := testApp()
	f := &formatter{app: a, words: []schema.Block{{Name: "service", Label: "name", Args: []schema.Arg{
		{Name: "replicas", Growth: schema.Growth{RenamedTo: "count"}}, {Name: "count"},
		{Name: "old", Growth: schema.Growth{Deprecated: "Write new instead."}},
	}}}}
	f.path(name)
	got, err := os.ReadFile(name)
	if want := "service \"a\" {\n  count = 2 # two\n  old   = 1\n}\n"; err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	if !strings.Contains(out.String(), "line 3: \"old\" is no longer advised. Write new instead.") || f.diags.HasErrors() {
		t.Errorf("said %s, %v", out, f.diags)
	}
}
