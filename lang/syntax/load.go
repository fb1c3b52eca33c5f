// Package syntax reads the files of a recipe and parses them, without giving their contents a meaning.
//
// Files come from other people. Before a parser of HCL or JSON sees a file, a scan of its tokens bounds what the
// parsers do not bound themselves: they recurse, and a stack that overflows ends the process with nothing
// to recover; and they compute numbers of any exponent.
package syntax

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
)

// MaxFileSize is the number of bytes that a file may have.
const MaxFileSize = 4 << 20

// Files are the parsed files of one directory, sorted by name.
type Files struct {
	// Dir is the directory as it was given to Load; file names in ranges begin with it.
	Dir string
	// Recipes are recipe.hcl, *.recipe.hcl and *.recipe.json: one module.
	Recipes []*File
	// Vars are the *.auto.vars.hcl and *.auto.vars.json: values for the module's variables.
	Vars []*File
}

// File is one parsed file.
type File struct {
	// Name is the path of the file within the file system that it was loaded from.
	Name string
	HCL  *hcl.File
	// Broken says that the file did not parse: its body holds what could be made out, and nothing that
	// seems to be missing from it may be reported.
	Broken bool
}

// Broken reports whether any recipe file did not parse.
func (f *Files) Broken() bool {
	return slices.ContainsFunc(f.Recipes, func(file *File) bool { return file.Broken })
}

// Sources returns the files by name, as diag.Print takes them.
func (f *Files) Sources() map[string]*hcl.File {
	m := map[string]*hcl.File{}
	for _, file := range slices.Concat(f.Recipes, f.Vars) {
		m[file.Name] = file.HCL
	}
	return m
}

// Load reads and parses the recipe files of a directory; those in directories below it are other modules. Given
// one file instead, the module is that file alone, with the values beside it. The result is never nil, so
// that diagnostics can be shown with their sources.
func Load(fsys fs.FS, dir string) (*Files, hcl.Diagnostics) {
	dir = path.Clean(dir)
	files := &Files{Dir: dir}
	info, err := fs.Stat(fsys, dir)
	if err != nil {
		return files, hcl.Diagnostics{notFound(dir, err)}
	}
	var names []string
	if info.IsDir() {
		names, err = list(fsys, dir, IsRecipe)
	} else {
		files.Dir = path.Dir(dir)
		names = []string{dir}
	}
	if err != nil {
		return files, hcl.Diagnostics{unreadable(dir, err)}
	}
	if len(names) == 0 {
		return files, hcl.Diagnostics{noRecipes(fsys, dir)}
	}
	vars, err := list(fsys, files.Dir, IsVars)
	if err != nil {
		return files, hcl.Diagnostics{unreadable(files.Dir, err)}
	}
	var diags, more hcl.Diagnostics
	files.Recipes, diags = readAll(fsys, names)
	files.Vars, more = readAll(fsys, vars)
	return files, append(diags, more...)
}

// IsRecipe reports whether a file of this name is part of its directory's module.
func IsRecipe(name string) bool {
	return name == "recipe.hcl" || strings.HasSuffix(name, ".recipe.hcl") || strings.HasSuffix(name, ".recipe.json")
}

// IsVars reports whether a file of this name gives values for variables of its directory's module.
func IsVars(name string) bool {
	return strings.HasSuffix(name, ".auto.vars.hcl") || strings.HasSuffix(name, ".auto.vars.json")
}

// list returns the paths of a directory's files that are wanted, sorted. Hidden files are an editor's.
func list(fsys fs.FS, dir string, want func(string) bool) ([]string, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && want(e.Name()) {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	slices.Sort(names)
	return names, nil
}

func readAll(fsys fs.FS, names []string) ([]*File, hcl.Diagnostics) {
	var files []*File
	var diags hcl.Diagnostics
	for _, name := range names {
		src, err := read(fsys, name)
		if err != nil {
			diags = append(diags, err)
			files = append(files, broken(name, nil))
			continue
		}
		file, more := Parse(src, name)
		files, diags = append(files, file), append(diags, more...)
	}
	return files, diags
}

// read reads a file of bounded size. What is no regular file is not opened: a pipe would never end.
func read(fsys fs.FS, name string) ([]byte, *hcl.Diagnostic) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, unreadable(name, errors.New("it is not a regular file"))
	}
	if info.Size() > MaxFileSize {
		return nil, fileTooLarge(name)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer f.Close()
	src, err := Read(f)
	if err != nil {
		return nil, unreadable(name, err)
	}
	return src, nil
}

// Read reads a source to its end, but no more of it than it takes to see that it is too large for Parse. Pipes
// and devices may be read so.
func Read(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, MaxFileSize+1)) }

func notFound(dir string, err error) *hcl.Diagnostic {
	if !errors.Is(err, fs.ErrNotExist) {
		return unreadable(dir, err)
	}
	return diag.Errorf(diag.FileNotFound, nil, "File not found",
		"There is no file or directory %q. Give the directory that holds the recipe, or run the command in it.", dir)
}

func unreadable(name string, err error) *hcl.Diagnostic {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return diag.Errorf(diag.FileUnreadable, nil, "File cannot be read", "Reading %q failed: %s.", name, err)
}

// noRecipes says what was looked for, and points at a file that is nearly it.
func noRecipes(fsys fs.FS, dir string) *hcl.Diagnostic {
	hint := `Let "recipe init" write one, or give another directory.`
	near, err := list(fsys, dir, func(name string) bool { return path.Ext(name) == ".hcl" && !IsVars(name) })
	if err == nil && len(near) > 0 {
		base := path.Base(near[0])
		hint = "If " + base + " is meant to be one, rename it to " + strings.TrimSuffix(base, ".hcl") + ".recipe.hcl."
	}
	return diag.Errorf(diag.NoRecipes, nil, "No recipe here",
		"The directory %q holds no recipe.hcl, *.recipe.hcl or *.recipe.json. %s", dir, hint)
}
