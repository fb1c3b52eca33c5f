package builtins

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/decode"
)

// Library gives what the evaluation of a library takes, for resolve.Inputs: functions that read its own files. The
// inputs are the recipe's, base is where the names of modules' directories start, and std has the files of the
// libraries that ship with the program.
func Library(in funcs.Inputs, base string, std fs.FS) func(*decode.Module) resolve.Library {
	known := map[*decode.Module]resolve.Library{}
	return func(m *decode.Module) resolve.Library {
		if l, ok := known[m]; ok {
			return l
		}
		own := in
		own.Dir, own.FS = "", nil
		if m.Std {
			own.FS, _ = fs.Sub(std, m.Dir) // it was read from there
		} else if own.Dir = m.Dir; !filepath.IsAbs(own.Dir) {
			own.Dir = filepath.Join(base, own.Dir)
		}
		if root, err := os.OpenRoot(own.Dir); !m.Std && err == nil {
			if own.FS = root.FS(); in.Watch != nil {
				own.FS = in.Watch(own.Dir, own.FS)
			}
		}
		l := resolve.Library{Dir: own.Dir, Functions: Functions(own)}
		known[m] = l
		return l
	}
}
