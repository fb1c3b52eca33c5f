package funcs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// maxFile bounds what functions read: the text becomes part of the plan.
const maxFile = 16 << 20

func files(in Inputs) []Func {
	text := func(name string) (string, error) {
		b, err := in.read(name)
		if err == nil && !utf8.Valid(b) {
			err = fmt.Errorf("%q is not text in UTF-8; use filebase64", name)
		}
		return string(b), err
	}
	return []Func{
		{Name: "basename", Doc: "Gives the last part of a path.", Example: `basename("/etc/web.conf")`, Result: `"web.conf"`, Func: mapped(func(s string) (string, error) { return path.Base(s), nil })},
		{Name: "dirname", Doc: "Gives a path without its last part.", Example: `dirname("/etc/web.conf")`, Result: `"/etc"`, Func: mapped(func(s string) (string, error) { return path.Dir(s), nil })},
		{Name: "file", Doc: "Reads a text file of the recipe's directory.", Example: `file("hello.txt")`, Result: `"hello\n"`, Func: mapped(text)},
		{Name: "filebase64", Doc: "Reads a file of the recipe's directory as base64.", Example: `filebase64("hello.txt")`, Result: `"aGVsbG8K"`, Func: mapped(func(s string) (string, error) {
			b, err := in.read(s)
			return base64.StdEncoding.EncodeToString(b), err
		})},
		{Name: "fileexists", Doc: "Tells whether there is a file in the recipe's directory.", Example: `fileexists("nowhere.txt")`, Result: `false`, Func: fileExists(in)},
		{Name: "templatefile", Doc: "Reads a file of the recipe's directory as a template and fills in values.", Example: `templatefile("hello.tftpl", { name = "web" })`, Result: `"hello web\n"`, Func: templateFile(in, text)},
	}
}

// inside gives the name within the module's directory, or an error for a path that leaves it.
func (in Inputs) inside(name string) (string, error) {
	if in.FS == nil {
		return "", errors.New("files cannot be read here")
	}
	clean := path.Clean(name)
	if in.Dir != "" && (clean == in.Dir || strings.HasPrefix(clean, strings.TrimSuffix(in.Dir, "/")+"/")) {
		clean = path.Clean(strings.TrimPrefix(clean[len(strings.TrimSuffix(in.Dir, "/")):], "/"))
	}
	if !fs.ValidPath(clean) {
		return "", fmt.Errorf("%q is outside the recipe's directory, where functions cannot read; copy the file into it", name)
	}
	return clean, nil
}

// read reads a regular file of bounded size; a pipe or device would never end.
func (in Inputs) read(name string) ([]byte, error) {
	inner, err := in.inside(name)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(in.FS, inner)
	if err != nil {
		return nil, unreadable(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a file", name)
	}
	f, err := in.FS.Open(inner)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case len(b) > maxFile:
		return nil, fmt.Errorf("%q has more than %d MiB", name, maxFile>>20)
	}
	return b, nil
}

func unreadable(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %q in the recipe's directory", name)
	}
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("%q cannot be read: %w", name, err)
}

func fileExists(in Inputs) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			inner, err := in.inside(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			info, err := fs.Stat(in.FS, inner)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return cty.False, nil
			case err != nil:
				return cty.NilVal, function.NewArgError(0, unreadable(args[0].AsString(), err))
			}
			return cty.BoolVal(info.Mode().IsRegular()), nil
		},
	})
}
