package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

func newFmt(a *app) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH...]",
		Short: "Format recipe files",
		Long: `Rewrites recipe files in the one canonical form: indentation, alignment and blank
lines. Nothing but white space changes. Of a directory, the files of its recipe
are formatted, those with values for variables included; "-" formats standard
input to standard output. The names of the files that changed are printed.

With --check nothing is written.

Exit codes: 0 done; 1 an error, or with --check something is not formatted.`,
		Example: `  recipe fmt
  recipe fmt --check ./shop
  recipe fmt - < recipe.hcl`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			f := formatter{app: a, check: check}
			for _, arg := range args {
				f.path(arg)
			}
			switch {
			case f.diags.HasErrors():
				return failure{f.diags}
			case check && f.changed > 0:
				return exit(exitError)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing, and end with code 1 if something is not formatted")
	return cmd
}

// formatter formats files one after the other and collects what is wrong with them.
type formatter struct {
	*app
	check   bool
	changed int
	diags   hcl.Diagnostics
}

func (f *formatter) path(arg string) {
	if arg == "-" {
		f.stream()
		return
	}
	info, err := os.Stat(arg)
	if err != nil {
		f.unreadable(arg, err)
		return
	}
	if !info.IsDir() {
		f.file(arg, info.Mode())
		return
	}
	entries, err := os.ReadDir(arg)
	if err != nil {
		f.unreadable(arg, err)
		return
	}
	for _, e := range entries {
		name := e.Name()
		if e.Type().IsRegular() && !strings.HasPrefix(name, ".") && (syntax.IsRecipe(name) || strings.HasSuffix(name, ".vars.hcl")) {
			if info, err := e.Info(); err == nil {
				f.file(filepath.Join(arg, name), info.Mode())
			}
		}
	}
}

func (f *formatter) file(name string, mode fs.FileMode) {
	src, err := os.ReadFile(name)
	if err != nil {
		f.unreadable(name, err)
		return
	}
	out, ok := f.format(src, name)
	if !ok || bytes.Equal(src, out) {
		return
	}
	f.changed++
	fmt.Fprintln(f.stdout, name)
	if !f.check {
		if err := replace(name, out, mode); err != nil {
			f.diags = append(f.diags, diag.Errorf("", nil, "File cannot be written", "Writing %q failed: %s.", name, reason(err)))
		}
	}
}

func (f *formatter) stream() {
	const name = "standard input"
	src, err := io.ReadAll(io.LimitReader(f.stdin, syntax.MaxFileSize+1))
	if err != nil {
		f.unreadable(name, err)
		return
	}
	out, ok := f.format(src, name)
	if !ok {
		return
	}
	if !bytes.Equal(src, out) {
		f.changed++
	}
	if !f.check {
		_, _ = f.stdout.Write(out)
	}
}

func (f *formatter) format(src []byte, name string) ([]byte, bool) {
	out, diags := syntax.Format(src, name)
	f.diags = append(f.diags, diags...)
	if !diags.HasErrors() {
		return out, true
	}
	parsed, _ := syntax.Parse(src, name)
	f.addSources(map[string]*hcl.File{name: parsed.HCL})
	return nil, false
}

func (f *formatter) unreadable(name string, err error) {
	f.diags = append(f.diags, diag.Errorf(diag.FileUnreadable, nil, "File cannot be read", "Reading %q failed: %s.", name, reason(err)))
}

// replace puts a file in the place of another at once, so that none is lost when the machine stops meanwhile.
func replace(name string, content []byte, mode fs.FileMode) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), ".fmt-*")
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
