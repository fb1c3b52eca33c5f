// Package funcs is the list of the functions that expressions can call.
//
// They are those of Terraform under the same names with the same results, those of Docker's bake that Terraform has
// not, and a few that deploying needs. Each has its sentence of documentation, a word on every parameter, and
// examples with their results, from which the reference page is made and which run as tests. Most come from the cty
// library.
//
// Functions are pure: what reads files, the environment or the time gets it handed in, and while a plan is made
// those whose results differ from call to call are unknown. Sensitive values pass through all of them with their
// mark. Nothing that a recipe hands to them makes them panic or eat up the memory; see guard.go.
package funcs

import (
	"io/fs"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/eval/resolve"
)

// Func is one function.
type Func struct {
	Name string
	// Doc is one or more full sentences; the first is the summary.
	Doc string
	// Params names and explains each parameter, as "offset: where to begin, counted from 0". The last one speaks
	// of the one that may be repeated, if there is one.
	Params []string
	// Once says that what the library would repeat is given once at most: it is an argument that may be left out.
	Once bool
	// Examples are calls with their results.
	Examples []Example
	Func     function.Function
	// Check, where there is one, looks at the arguments before the function is called: what the library says of bad
	// ones would be for programmers, or what it makes of them would have no bounds. It sees them without marks, and
	// only where those that must be given are known and not null.
	Check func(args []cty.Value) error

	family string
}

// Inputs is what functions may know of the world.
type Inputs struct {
	// FS is the module's directory, where paths given to functions start. It keeps them inside: take that of
	// an os.Root, as os.DirFS follows symbolic links out of it.
	FS fs.FS
	// Dir is the directory's absolute path; paths that begin with it, as with path.module, mean the same.
	Dir string
	// Allowed are further directories that functions may read.
	Allowed []Directory
	// Env looks up an environment variable.
	Env func(name string) (string, bool)
	// Watch, Revision and Sensitive let whoever saves a plan keep what functions saw; nil where nobody does. Watch is
	// put before the files of a library's directory, Revision before asking git, which ask does, and Sensitive is
	// told what a recipe declares to be sensitive.
	Watch     func(dir string, fsys fs.FS) fs.FS
	Revision  func(dir string, ask func() (string, error)) (string, error)
	Sensitive func(cty.Value)
	// Now tells the time where expressions are evaluated for what they give now, as in a console. It is nil while a
	// plan is made: then functions whose results differ from call to call give unknown values.
	Now func() time.Time
}

// Directory is a place outside the module that functions may read.
type Directory struct {
	// Path is absolute.
	Path string
	FS   fs.FS
}

// List returns all functions, in the order of the reference page.
func List(in Inputs) []Func {
	return list(families(in), templates(in))
}

type family struct {
	name  string
	funcs []Func
}

// families are all functions but those that evaluate templates, which may call these.
func families(in Inputs) []family {
	return []family{
		{"Numbers", numbers()},
		{"Texts", texts()},
		{"Patterns", patterns()},
		{"Collections", collections()},
		{"Sets", sets()},
		{"Encodings", encodings()},
		{"Digests and keys", digests(in)},
		{"Networks", networks()},
		{"Time", times(in)},
		{"Files", files(in)},
		{"Paths", paths(in)},
		{"Deployment", deployment(in)},
		{"Types and errors", conversions(in)},
		{"Operators", operators()},
	}
}

func list(families []family, more ...family) []Func {
	var all []Func
	for _, family := range append(families, more...) {
		for _, f := range family.funcs {
			f.family = family.name
			all = append(all, f)
		}
	}
	return all
}

// Map returns the functions by name, as the resolver takes them.
func Map(in Inputs) map[string]function.Function {
	m := byName(List(in))
	m[resolve.ContextFiles] = in.contextFiles()
	return m
}

func byName(funcs []Func) map[string]function.Function {
	m := make(map[string]function.Function, len(funcs))
	for _, f := range funcs {
		m[f.Name] = f.guarded()
	}
	return m
}
