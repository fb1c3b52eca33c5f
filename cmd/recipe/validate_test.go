package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The document shows a recipe and what is said of it; both must stay true.
func TestValidateJSONDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../spec/validate-json.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "recipe.hcl"), []byte(fenced(t, string(text), "hcl")), 0o600); err != nil {
		t.Fatal(err)
	}
	a, out := testApp()
	if code := a.run([]string{"validate", "--json", dir}); code != exitError {
		t.Errorf("code %d", code)
	}
	if diff := cmp.Diff(fenced(t, string(text), "json"), strings.ReplaceAll(out.String(), dir+"/", "")); diff != "" {
		t.Error(diff)
	}
}

// fenced is the first block of a language in a Markdown text.
func fenced(t *testing.T, text, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "```"+language+"\n")
	block, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("no block of %s", language)
	}
	return block
}
