// Package funcs is the list of the functions that expressions can call.
//
// Each has its sentence of documentation and an example with its result, from which the reference page is made
// and which run as tests. Functions are pure: what reads files or the environment gets it handed in, and
// timestamp and uuid, whose results differ from call to call, are unknown until the plan runs. Most come from the cty
// library. Sensitive values pass through all of them with their mark.
package funcs

import (
	"io/fs"

	"github.com/zclconf/go-cty/cty/function"
)

// Func is one function.
type Func struct {
	Name string
	// Doc is one or more full sentences; the first is the summary.
	Doc string
	// Example is a call, and Result the expression that it equals; Result is empty where there is nothing to compare.
	Example, Result string
	Func            function.Function

	family string
}

// Inputs is what functions may know of the world.
type Inputs struct {
	// FS is the module's directory, where paths given to functions start. It keeps them inside: take that of
	// an os.Root, as os.DirFS follows symbolic links out of it.
	FS fs.FS
	// Dir is the directory's absolute path; paths that begin with it, as with path.module, mean the same.
	Dir string
	// Env looks up an environment variable.
	Env func(name string) (string, bool)
}

// List returns all functions, in the order of the reference page.
func List(in Inputs) []Func {
	var all []Func
	for _, family := range []struct {
		name  string
		funcs []Func
	}{
		{"Numbers", numbers()},
		{"Texts", texts()},
		{"Patterns", patterns()},
		{"Collections", collections()},
		{"Sets", sets()},
		{"Encodings", encodings()},
		{"Digests", digests()},
		{"Files", files(in)},
		{"Conversions", conversions()},
		{"Time and environment", others(in)},
	} {
		for _, f := range family.funcs {
			f.family = family.name
			all = append(all, f)
		}
	}
	return all
}

// Map returns the functions by name, as the resolver takes them.
func Map(in Inputs) map[string]function.Function {
	m := map[string]function.Function{}
	for _, f := range List(in) {
		m[f.Name] = f.Func
	}
	return m
}
