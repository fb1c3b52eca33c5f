package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/fix"
	"github.com/deployrecipe/recipe/lang/rtest"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

func newFmt(a *app) *cobra.Command {
	f := &formatter{app: a}
	var fixing bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH...]",
		Short: "Format recipe files",
		Long: `Rewrites recipe files in the one canonical form: indentation, alignment and blank
lines. Nothing but white space changes. Of a directory, the files of its recipe
are formatted, those with values for variables included; "-" formats standard
input to standard output. The names of the files that changed are printed. A file
that does not parse is left as it is, and so is JSON, which has formatters of its
own.

With --fix, words of the language that were renamed are written as they are now,
and what else is no longer advised is told.

With --check or --diff nothing is written.

Exit codes: 0 done; 1 an error, or with --check something is not formatted.`,
		Example: `  recipe fmt
  recipe fmt --check --recursive
  recipe fmt --diff --fix ./shop
  recipe fmt - < recipe.hcl`,
		ValidArgsFunction: completePaths,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			if fixing {
				f.words = schemas(builtins.Kinds(builtins.Environment(a.env)))
			}
			for _, arg := range args {
				f.path(arg)
			}
			f.leftAlone()
			switch {
			case f.diags.HasErrors():
				return failure{f.diags}
			case f.check && f.changed > 0:
				return exit(exitError)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing, and end with code 1 if something is not formatted")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "write nothing, and show what would change as a diff")
	cmd.Flags().BoolVar(&fixing, "fix", false, "write words that were renamed as they are now")
	cmd.Flags().BoolVarP(&f.recursive, "recursive", "r", false, "go through the directories below as well")
	return cmd
}

// formatter formats files one after the other and collects what is wrong with them.
type formatter struct {
	*app
	check, diff, recursive bool
	// words are the language's, when those that were renamed are to be replaced; else nil.
	words []schema.Block

	changed int
	json    []string // files left alone
	diags   hcl.Diagnostics
}

func (f *formatter) path(arg string) {
	if arg == "-" {
		f.stream()
		return
	}
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		f.unreadable(arg, err)
	case info.IsDir():
		f.directory(arg)
	default:
		f.file(arg, info.Mode())
	}
}

// directory formats the files of a directory, in the order of their names. Hidden ones are an editor's, or git's.
func (f *formatter) directory(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		f.unreadable(dir, err)
		return
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir() && f.recursive:
			f.directory(name)
		case e.Type().IsRegular() && isFormatted(e.Name()):
			if info, err := e.Info(); err == nil {
				f.file(name, info.Mode())
			}
		}
	}
}

// isFormatted tells whether a directory's file of this name belongs to a recipe, gives values to one or tests it.
func isFormatted(name string) bool {
	return syntax.IsRecipe(name) || rtest.Is(name) || strings.HasSuffix(name, ".vars.hcl")
}

func (f *formatter) file(name string, mode fs.FileMode) {
	if syntax.IsJSON(name) {
		f.json = append(f.json, name)
		return
	}
	if !mode.IsRegular() {
		f.unreadable(name, errors.New("it is not a regular file"))
		return
	}
	src, err := readSource(name)
	if err != nil {
		f.unreadable(name, err)
		return
	}
	out, ok := f.format(src, name)
	if !ok || bytes.Equal(src, out) {
		return
	}
	f.changed++
	if f.diff {
		f.difference(name, src, out)
		return
	}
	if !f.check {
		if err := replace(name, out, mode); err != nil {
			f.diags = append(f.diags, unwritable(name, err))
			return
		}
	}
	fmt.Fprintln(f.stdout, name)
}

func (f *formatter) stream() {
	const name = "standard input"
	src, err := syntax.Read(f.stdin)
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
	switch {
	case f.diff:
		f.difference(name, src, out)
	case !f.check:
		_, _ = f.stdout.Write(out)
	}
}

func (f *formatter) difference(name string, before, after []byte) {
	o := render.Options{Color: f.color(f.stdout), Width: width(f.stdout)}
	_ = render.Unified(f.stdout, name, name, string(before), string(after), o)
}

func (f *formatter) format(src []byte, name string) ([]byte, bool) {
	src = f.fixed(src, name)
	out, diags := syntax.Format(src, name)
	f.diags = append(f.diags, diags...)
	if !diags.HasErrors() {
		return out, true
	}
	parsed, _ := syntax.Parse(src, name)
	f.addSources(map[string]*hcl.File{name: parsed.HCL})
	return nil, false
}

// fixed is a source in today's words. What does not parse is as it was: formatting tells what is wrong with it.
func (f *formatter) fixed(src []byte, name string) []byte {
	if f.words == nil || strings.HasSuffix(name, ".vars.hcl") {
		return src
	}
	out, left, diags := fix.Words(src, name, f.words)
	if diags.HasErrors() {
		return src
	}
	for _, l := range left {
		fmt.Fprintf(f.stderr, "%s line %d: %q is no longer advised. %s\n", name, l.Range.Start.Line, l.Word, l.Why)
	}
	return out
}

// leftAlone says which files were not looked at.
func (f *formatter) leftAlone() {
	for _, name := range f.json {
		fmt.Fprintf(f.stderr, "%s is JSON and stays as it is.\n", name)
	}
}

func (f *formatter) unreadable(name string, err error) {
	f.diags = append(f.diags, diag.Errorf(diag.FileUnreadable, nil, "File cannot be read", "Reading %q failed: %s.", name, reason(err)))
}
