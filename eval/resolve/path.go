package resolve

import (
	"path/filepath"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// rebased is a path of a library's, as one from the recipe's directory.
func (c *converter) rebased(f frame, v cty.Value, at site) (cty.Value, bool) {
	plain, marks := v.Unmark()
	if f.in.caller == nil || plain.IsNull() || !plain.IsKnown() || plain.Type() != cty.String || filepath.IsAbs(plain.AsString()) {
		return v, true
	}
	if f.in.Std {
		if at.arg == nil {
			return v, true
		}
		return c.invalid(at, "%q is a path in a library that ships with the program, whose files are in no directory. Let whoever uses it give a path that begins with ${path.module}.", at.word)
	}
	path, err := filepath.Rel(c.r.in.Dir, filepath.Join(f.in.dir, plain.AsString()))
	if err != nil {
		path = filepath.Join(f.in.dir, plain.AsString())
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "../") {
		path = "./" + path
	}
	return cty.StringVal(path).WithMarks(marks), true
}
