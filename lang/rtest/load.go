package rtest

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// Is reports whether a file of this name holds tests.
func Is(name string) bool { return strings.HasSuffix(name, ".rtest.hcl") }

// List returns the test files of a directory, or the one file that name is, sorted.
func List(fsys fs.FS, name string) (files []string, err error) {
	if Is(name) {
		return []string{name}, nil
	}
	entries, err := fs.ReadDir(fsys, name)
	for _, e := range entries {
		if !e.IsDir() && Is(e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			files = append(files, path.Join(name, e.Name()))
		}
	}
	slices.Sort(files)
	return files, err
}

// File is one file of tests.
type File struct {
	Name string
	// Variables is the block of the file's values, nil where there is none.
	Variables *decode.Block
	Runs      []*decode.Block
	// Sources are the files by name, as diag.Print takes them.
	Sources map[string]*hcl.File
}

// Decode reads the text of a test file. The result is never nil.
func Decode(src []byte, name string) (*File, hcl.Diagnostics) {
	parsed, diags := syntax.Parse(src, name)
	m, more := decode.Decode(&syntax.Files{Dir: path.Dir(name), Recipes: []*syntax.File{parsed}}, Blocks())
	f := &File{Name: name, Sources: m.Files}
	for _, b := range m.Blocks {
		switch b.Type {
		case "variables":
			f.Variables = b
		case "run":
			f.Runs = append(f.Runs, b)
		}
	}
	return f, append(diags, more...)
}
