package main

import (
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/lang/diag"
)

// allowed opens the directories outside the recipe that functions may read, as --allow-files names them.
func (o variableOptions) allowed(reads *saved.Reads) ([]funcs.Directory, hcl.Diagnostics) {
	var dirs []funcs.Directory
	var diags hcl.Diagnostics
	for _, name := range o.allow {
		full, err := filepath.Abs(name)
		if err == nil {
			var root *os.Root
			if root, err = os.OpenRoot(full); err == nil {
				dirs = append(dirs, funcs.Directory{Path: full, FS: reads.FS("--allow-files "+name, root.FS())})
				continue
			}
		}
		diags = append(diags, diag.Errorf(diag.FileUnreadable, nil, "Directory cannot be read",
			"Reading %q, given with --allow-files, failed: %s.", name, reason(err)))
	}
	return dirs, diags
}
