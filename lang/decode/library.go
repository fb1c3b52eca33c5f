package decode

import (
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// UseType is the type of the blocks that bring in libraries.
const UseType = "use"

// Std begins the source of a library that ships with the program.
const Std = "std/"

// Libraries is where the libraries of a module are found, and what they are held against.
type Libraries struct {
	// FS has the module's files by the names that it was loaded by, and those of libraries beside it.
	FS fs.FS
	// Std holds the libraries that ship with the program, each in a directory std/NAME.
	Std fs.FS
	// Top are the schemas of the top-level blocks, Version is the version of the tool.
	Top     []schema.Block
	Version string
}

// Use reads the libraries that a module's use blocks name, and theirs, and puts them into Module.Uses. A library is
// the module of a directory. One that is named more than once is read once; one that uses itself, directly or by
// way of others, is an error. What is wrong within a library is reported with the blocks that led there.
func (l Libraries) Use(m *Module) hcl.Diagnostics {
	u := &user{Libraries: l, read: map[location]*Module{}}
	u.use(m, []step{{at: location{dir: path.Clean(m.Dir)}}})
	return u.diags
}

// location is where a library is: a directory of the machine, or of those that ship with the program.
type location struct {
	std bool
	dir string
}

// step is a library on the way to another, with the block that named it.
type step struct {
	at  location
	use *Block
}

type user struct {
	Libraries
	read  map[location]*Module
	diags hcl.Diagnostics
}

// use reads the libraries of a module; the way is that to it, itself last.
func (u *user) use(m *Module, way []step) {
	m.Uses = map[string]*Module{}
	for _, b := range m.Blocks {
		if b.Type != UseType {
			continue
		}
		if lib := u.library(b, way); lib != nil {
			m.Uses[b.Label] = lib
			u.inputs(b, lib, way)
		}
	}
}

func (u *user) errorf(way []step, code diag.Code, rng hcl.Range, summary, format string, args ...any) {
	u.report(way, diag.Errorf(code, &rng, summary, format, args...))
}

// report adds diagnostics of a module with the blocks that led to it.
func (u *user) report(way []step, diags ...*hcl.Diagnostic) {
	for _, d := range diags {
		c := *d
		for _, s := range slices.Backward(way) {
			if s.use != nil {
				c.Detail += CalledFrom(UseType+"."+s.use.Label, s.use.Range)
			}
		}
		u.diags = append(u.diags, &c)
	}
}

// CalledFrom is the line by which a diagnostic within a library tells who uses it.
func CalledFrom(name string, at hcl.Range) string { return "\n  in " + name + " at " + place(at) }

// library reads the library that a use block names. It returns nil where there is none.
func (u *user) library(b *Block, way []step) *Module {
	source, rng, ok := literalText(b, "source")
	if !ok {
		return nil // decoding said so
	}
	at, ok := u.find(source, rng, way)
	if !ok {
		return nil
	}
	way = append(slices.Clip(way), step{at, b})
	if u.circular(way, rng) {
		return nil
	}
	lib := u.read[at]
	if lib == nil {
		if lib = u.load(at, source, rng, way); lib == nil {
			return nil
		}
		u.read[at] = lib
		u.use(lib, way)
	}
	u.version(b, lib, way[:len(way)-1])
	return lib
}

func literalText(b *Block, name string) (string, hcl.Range, bool) {
	a := b.Args[name]
	if a == nil {
		return "", b.Range, false
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || v.Type() != cty.String {
		return "", a.Expr.Range(), false
	}
	return v.AsString(), a.Expr.Range(), true
}

// circular reports a library that is on the way to itself.
func (u *user) circular(way []step, rng hcl.Range) bool {
	last := way[len(way)-1]
	begin := slices.IndexFunc(way[:len(way)-1], func(s step) bool { return s.at == last.at })
	if begin < 0 {
		return false
	}
	text := ""
	for _, s := range way[begin+1:] {
		text += "\n  " + UseType + "." + s.use.Label + " at " + place(s.use.Range) + " uses " + s.at.dir
	}
	u.errorf(way[:begin+1], diag.ReferenceCycle, rng, "Circle of libraries",
		"A library cannot use itself, as it would never end:%s\nRemove one of the blocks.", text)
	return true
}

// load reads the files of a library.
func (u *user) load(at location, source string, rng hcl.Range, way []step) *Module {
	fsys := u.FS
	if at.std {
		fsys = u.Std
	}
	info, err := fs.Stat(orEmpty(fsys), at.dir)
	if err != nil || !info.IsDir() {
		hint := ""
		if at.std {
			hint = diag.DidYouMean(source, u.standard())
		}
		u.errorf(way[:len(way)-1], diag.FileNotFound, rng, "Library not found", "There is no directory %q.%s", at.dir, hint)
		return nil
	}
	files, diags := syntax.Load(fsys, at.dir)
	if len(files.Recipes) > 0 {
		if required := CheckRequires(files, u.Version); required.HasErrors() {
			u.report(way, required...)
			return nil
		}
	}
	u.report(way, diags...)
	if len(files.Recipes) == 0 {
		return nil
	}
	lib, diags := Decode(files, u.Top)
	lib.Std = at.std
	u.report(way, append(diags, reserved(lib)...)...)
	return lib
}

func orEmpty(fsys fs.FS) fs.FS {
	if fsys == nil {
		return none{}
	}
	return fsys
}

type none struct{}

// Open finds nothing.
func (none) Open(string) (fs.File, error) { return nil, errors.ErrUnsupported }
