package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
)

// replace puts a file in the place of another at once, so that none is lost when the machine stops meanwhile.
func replace(name string, content []byte, mode fs.FileMode) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), ".recipe-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Chmod(mode.Perm())
	}
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), name)
}

func unwritable(name string, err error) *hcl.Diagnostic {
	why := reason(err)
	if errors.Is(err, fs.ErrNotExist) {
		why = "there is no directory " + strconv.Quote(filepath.Dir(name))
	}
	return diag.Errorf(diag.FileUnwritable, nil, "File cannot be written", "Writing %q failed: %s.", name, why)
}
