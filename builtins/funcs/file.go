package funcs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func files(in Inputs) []Func {
	name := "path: the file's path, from the recipe's directory"
	all := []Func{
		{Name: "file", Doc: "Reads a text file of the recipe's directory.",
			Params:   []string{name},
			Examples: []Example{{`file("hello.txt")`, `"hello\n"`}},
			Func:     mapped(in.text)},
		{Name: "filebase64", Doc: "Reads a file of the recipe's directory as base64.",
			Params:   []string{name},
			Examples: []Example{{`filebase64("hello.txt")`, `"aGVsbG8K"`}},
			Func: mapped(func(s string) (string, error) {
				b, err := in.read(s)
				return base64.StdEncoding.EncodeToString(b), err
			})},
		{Name: "fileexists", Doc: "Tells whether there is a file in the recipe's directory. That something else is there, such as a directory, is an error.",
			Params:   []string{name},
			Examples: []Example{{`fileexists("hello.txt")`, `true`}, {`fileexists("nowhere.txt")`, `false`}},
			Func:     fileExists(in)},
		{Name: "fileset", Doc: "Gives the files of a directory whose paths match a pattern, by their paths from there.",
			Params:   []string{"path: the directory, from the recipe's one", "pattern: * stands for part of a name, ** for any directories, ? for a character, [a-z] for one of some, {a,b} for a choice"},
			Examples: []Example{{`fileset(".", "hello.t*")`, `toset(["hello.tftpl", "hello.txt"])`}, {`fileset("conf", "**/*.conf")`, `toset(["a.conf", "sub/b.conf"])`}},
			Func:     fileSet(in)},
	}
	for _, d := range digestsKnown() {
		name := "file" + d.name
		all = append(all, Func{
			Name: name, Doc: fmt.Sprintf("Gives the "+d.words+".", "a file of the recipe's directory"),
			Params:   []string{"path: the file's path, from the recipe's directory"},
			Examples: []Example{{name + `("hello.txt")`, `"` + d.hello + `"`}},
			Func:     mapped(func(s string) (string, error) { return in.digest(s, d) }),
		})
	}
	return all
}

// text reads a text file.
func (in Inputs) text(name string) (string, error) {
	b, err := in.read(name)
	if err != nil {
		return "", err
	}
	text, err := utf8Text(b)
	if err != nil {
		return "", fmt.Errorf("%q is not text in UTF-8; use filebase64, or one of the functions that digest files", name)
	}
	return text, nil
}

// open opens a regular file; a pipe or device would never end.
func (in Inputs) open(name string) (fs.File, error) {
	dir, inner, err := in.find(name)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(dir, inner)
	if err != nil {
		return nil, unreadable(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is %s, not a file", name, kindOf(info.Mode()))
	}
	f, err := dir.Open(inner)
	if err != nil {
		return nil, unreadable(name, err)
	}
	return f, nil
}

// kindOf says what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "something else"
}

func (in Inputs) read(name string) ([]byte, error) {
	f, err := in.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxText+1))
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case len(b) > maxText:
		return nil, fmt.Errorf("%q has more than %d MiB", name, maxText>>20)
	}
	return b, nil
}

// digest digests a file of any size.
func (in Inputs) digest(name string, d digest) (string, error) {
	f, err := in.open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := d.hash()
	if _, err := io.Copy(h, f); err != nil {
		return "", unreadable(name, err)
	}
	return d.write(h.Sum(nil)), nil
}

func unreadable(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist) && path.IsAbs(name):
		return fmt.Errorf("there is no %s", name)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no %q in the recipe's directory", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%q must not be read by you; see its permissions", name)
	case strings.Contains(err.Error(), "path escapes"): // os.Root has no error to compare with
		return fmt.Errorf("%q is a link that leads out of the directory; copy the file into it", name)
	}
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("%q cannot be read: %w", name, err)
}

func fileExists(in Inputs) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			dir, inner, err := in.find(name)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			info, err := fs.Stat(dir, inner)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return cty.False, nil
			case err != nil:
				return cty.NilVal, function.NewArgError(0, unreadable(name, err))
			case !info.Mode().IsRegular():
				return cty.NilVal, function.NewArgErrorf(0, "%q is %s, not a file", name, kindOf(info.Mode()))
			}
			return cty.True, nil
		},
	})
}
