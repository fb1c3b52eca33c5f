package funcs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func paths(in Inputs) []Func {
	return []Func{
		{Name: "abspath", Doc: "Makes a path absolute, which is taken from the recipe's directory.",
			Params:   []string{"path: the path"},
			Examples: []Example{{`abspath("/srv/../etc/web.conf")`, `"/etc/web.conf"`}, {`abspath("x") == "${path.module}/x"`, `true`}},
			Func:     mapped(func(s string) (string, error) { return in.absolute(s), nil })},
		{Name: "basename", Doc: "Gives the last part of a path.",
			Params:   []string{"path: the path"},
			Examples: []Example{{`basename("foo/bar/baz.txt")`, `"baz.txt"`}},
			Func:     mapped(func(s string) (string, error) { return path.Base(s), nil })},
		{Name: "dirname", Doc: "Gives a path without its last part.",
			Params:   []string{"path: the path"},
			Examples: []Example{{`dirname("foo/bar/baz.txt")`, `"foo/bar"`}},
			Func:     mapped(func(s string) (string, error) { return path.Dir(s), nil })},
		{Name: "homedir", Doc: "Gives the home directory of whoever runs the tool.",
			Examples: []Example{{`homedir() == pathexpand("~")`, `true`}},
			Func:     homeDirectory(in)},
		{Name: "pathexpand", Doc: "Puts the home directory of whoever runs the tool for the ~ that a path begins with.",
			Params:   []string{"path: the path"},
			Examples: []Example{{`pathexpand("~/.ssh/id_rsa") == "${homedir()}/.ssh/id_rsa"`, `true`}, {`pathexpand("/etc/resolv.conf")`, `"/etc/resolv.conf"`}},
			Func:     mapped(in.expand)},
	}
}

// expand puts the home directory for the first ~.
func (in Inputs) expand(name string) (string, error) {
	if name == "" || name[0] != '~' {
		return name, nil
	}
	if len(name) > 1 && name[1] != '/' {
		return "", fmt.Errorf("%q names the home directory of a user, and only one's own can be known: ~/", name)
	}
	home, err := in.home()
	return filepath.Join(home, name[1:]), err
}

func (in Inputs) home() (string, error) {
	if in.Env != nil {
		if home, ok := in.Env("HOME"); ok && home != "" {
			return home, nil
		}
	}
	return "", errors.New("the home directory is not known; set the environment variable HOME")
}

func homeDirectory(in Inputs) function.Function {
	return function.New(&function.Spec{
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			home, err := in.home()
			return cty.StringVal(home), err
		},
	})
}

func (in Inputs) absolute(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(in.base(), name)
}

// base is the module's directory, or a stand-in for one that has no path, such as a library that is built in.
func (in Inputs) base() string { return cmp.Or(in.Dir, "/module") }

// find gives the file system that a path lies in, and its name there. The module's directory and what was allowed
// besides are all that can be read.
func (in Inputs) find(name string) (fs.FS, string, error) {
	if in.FS == nil {
		return nil, "", errors.New("files cannot be read here")
	}
	if strings.ContainsRune(name, 0) {
		return nil, "", fmt.Errorf("%q is not a path", name)
	}
	expanded, err := in.expand(name)
	if err != nil {
		return nil, "", err
	}
	full := in.absolute(expanded)
	for _, dir := range append([]Directory{{in.base(), in.FS}}, in.Allowed...) {
		if inner, err := filepath.Rel(dir.Path, full); err == nil && filepath.IsLocal(inner) {
			return dir.FS, filepath.ToSlash(inner), nil
		}
	}
	return nil, "", fmt.Errorf("%q is outside the recipe's directory, where functions cannot read; copy it there, or name its directory with --allow-files", name)
}
