package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/deployrecipe/recipe/eval/evaltest/schematest"
)

// What commands write for programs is as its schema says, whether all is well or not.
func TestJSONSchemas(t *testing.T) {
	t.Parallel()
	const good = "recipe { name = \"shop\" }\nservice \"web\" { image = \"app:1\" }\n"
	const tests = "run \"first\" {}\nrun \"second\" {\n  command = \"destroy\"\n  expect { outcome = \"reverted\" }\n}\n"
	for _, c := range []struct {
		name    string
		schema  string
		command string
		files   map[string]string
		code    int
		lines   int // 0 for one object over several lines
	}{
		{"a valid recipe", "validate", "validate", map[string]string{"recipe.hcl": good}, exitOK, 0},
		{"an invalid one", "validate", "validate", map[string]string{"recipe.hcl": good + "service \"x\" {\n  imag = 1\n}\n"}, exitError, 0},
		{"one that is not there", "validate", "validate", nil, exitError, 0},
		{"tests", "test", "test", map[string]string{"recipe.hcl": good, "a.rtest.hcl": tests}, exitError, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range c.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			a, out := testApp()
			if code := a.run([]string{c.command, "--json", dir}); code != c.code {
				t.Fatalf("exit code %d:\n%s", code, out)
			}
			schema := schematest.Compile(t, "../../spec", c.schema+".schema.json")
			if c.lines == 0 {
				schematest.Valid(t, schema, out.Bytes())
				return
			}
			lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
			if len(lines) != c.lines {
				t.Errorf("%d lines, want %d:\n%s", len(lines), c.lines, out)
			}
			for _, line := range lines {
				schematest.Valid(t, schema, line)
			}
		})
	}
}
