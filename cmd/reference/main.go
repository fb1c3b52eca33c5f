// Command reference writes the generated pages of the specification: reference.md from the schemas and functions, and
// diagnostics.md from the codes and the examples beside it.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/lang/reference"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: reference DIRECTORY-OF-THE-SPECIFICATION")
		os.Exit(1)
	}
	if err := generate(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(dir string) error {
	var b bytes.Buffer
	for _, page := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"reference.md", builtins.Reference},
		{"diagnostics.md", func(w io.Writer) error { return reference.Diagnostics(w, os.DirFS(filepath.Join(dir, "diagnostics"))) }},
	} {
		b.Reset()
		if err := page.write(&b); err != nil {
			return fmt.Errorf("%s: %w", page.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, page.name), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
