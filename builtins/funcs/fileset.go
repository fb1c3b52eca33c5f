package funcs

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func fileSet(in Inputs) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}, {Name: "pattern", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Set(cty.String)),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			dir, inner, err := in.find(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			pattern, err := within(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			found, err := glob(dir, inner, pattern)
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			if len(found) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(found), nil
		},
	})
}

// within is a pattern in its shortest form, if it stays in the directory that it starts from.
func within(pattern string) (string, error) {
	clean := path.Clean(pattern)
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", errors.New("the pattern leads out of the directory; name another directory as the first argument")
	}
	return clean, nil
}

// glob finds regular files. Links to directories are not gone through, as they may lead round in circles.
func glob(fsys fs.FS, dir, pattern string) ([]cty.Value, error) {
	below, err := fs.Sub(fsys, dir)
	if err != nil {
		return nil, errors.New("it is not a directory")
	}
	var found []cty.Value
	err = doublestar.GlobWalk(below, pattern, func(name string, _ fs.DirEntry) error {
		if info, err := fs.Stat(below, name); err == nil && info.Mode().IsRegular() {
			found = append(found, cty.StringVal(name))
		}
		return checkCount(len(found))
	}, doublestar.WithNoFollow())
	if errors.Is(err, doublestar.ErrBadPattern) {
		return nil, errors.New("it is no pattern: a bracket or brace is not closed, or stands alone")
	}
	return found, err
}
