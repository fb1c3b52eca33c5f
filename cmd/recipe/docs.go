package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/docs"
	"github.com/deployrecipe/recipe/lang/syntax"
	"github.com/deployrecipe/recipe/recipes"
)

// The lines between which a page is kept in a file that says more.
const (
	docsBegin = "<!-- begin recipe docs -->"
	docsEnd   = "<!-- end recipe docs -->"
)

func newDocs(a *app) *cobra.Command {
	var output, check string
	cmd := &cobra.Command{
		Use:   "docs [DIR]",
		Short: "Write a library's page as Markdown",
		Long: `Writes what the users of a library need to know as Markdown: an example, its
variables with their types, defaults and rules, its outputs and its resources.
The library is a directory, or one that ships in the program: std/NAME. Where the
directory has an example/recipe.hcl, that is the example.

With --output the page goes between these two lines of a file, which is made where
there is none; --check tells whether it is current, and writes nothing.

  ` + docsBegin + `
  ` + docsEnd + `

Exit codes: 0 done; 1 an error, or with --check the file is not current.`,
		Example: `  recipe docs std/redis
  recipe docs ./libraries/queue --output ./libraries/queue/README.md
  recipe docs --check README.md`,
		Args: onePath,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return libraryNames(), cobra.ShellCompDirectiveDefault
		},
		RunE: func(_ *cobra.Command, args []string) error {
			library, err := a.library(pathOf(args))
			if err != nil {
				return err
			}
			page := docs.Markdown(library)
			switch {
			case output != "" && check != "":
				return failf("Two files", "--output writes a file and --check only looks at one. Give one of them.")
			case output != "":
				return a.writeDocs(output, library.Name, page)
			case check != "":
				return checkDocs(pathOf(args), check, page)
			}
			_, err = fmt.Fprintf(a.stdout, "# %s\n\n%s", library.Name, page)
			return err
		},
	}
	cmd.Flags().StringVar(&output, "output", "", "write the page between two lines of this `FILE`")
	cmd.Flags().StringVar(&check, "check", "", "end with code 1 if the page in this `FILE` is not current")
	_ = cmd.MarkFlagFilename("output", "md") // fails only for an option that is not there
	_ = cmd.MarkFlagFilename("check", "md")
	return cmd
}

// library reads the library of a directory, or of the program.
func (a *app) library(dir string) (docs.Library, error) {
	var fsys fs.FS = osFS{}
	source := dir
	name := filepath.Base(dir)
	if _, err := os.Stat(dir); strings.HasPrefix(dir, "std/") && errors.Is(err, fs.ErrNotExist) {
		fsys = recipes.Files
	} else if full, err := filepath.Abs(dir); err == nil {
		name = filepath.Base(full)
		source = "./" + name
	}
	files, diags := syntax.Load(fsys, dir)
	a.addSources(files.Sources())
	if len(files.Recipes) == 0 {
		if near := diag.DidYouMean(dir, libraryNames()); near != "" {
			return docs.Library{}, fail(diag.Errorf(diag.FileNotFound, nil, "No such library", "There is no library %q.%s", dir, near))
		}
		return docs.Library{}, failure{diags}
	}
	m, more := decode.Decode(files, schemas(builtins.Kinds(builtins.Settings{})))
	if diags = append(diags, more...); diags.HasErrors() {
		return docs.Library{}, failure{diags}
	}
	a.show(diags)
	example, _ := fs.ReadFile(fsys, path.Join(files.Dir, "example", "recipe.hcl")) // there need not be one
	return docs.Library{Module: m, Name: name, Source: source, Example: string(example)}, nil
}

// libraryNames are the libraries in the program.
func libraryNames() []string {
	entries, _ := fs.ReadDir(recipes.Files, "std") // they are part of the program
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, "std/"+e.Name())
		}
	}
	return names
}

// writeDocs puts a page into a file, and names the file if that changed it.
func (a *app) writeDocs(name, title, page string) error {
	mode := fs.FileMode(0o644)
	before, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		before = []byte("# " + title + "\n\n" + docsBegin + "\n" + docsEnd + "\n")
	case err != nil:
		return failf("File cannot be read", "Reading %q failed: %s.", name, reason(err))
	default:
		if info, err := os.Stat(name); err == nil {
			mode = info.Mode()
		}
	}
	after, err := withDocs(name, before, page)
	if err != nil || bytes.Equal(before, after) {
		return err
	}
	if err := replace(name, after, mode); err != nil {
		return fail(unwritable(name, err))
	}
	_, err = fmt.Fprintln(a.stdout, name)
	return err
}

func checkDocs(dir, name, page string) error {
	before, err := os.ReadFile(name)
	if err != nil {
		return failf("File cannot be read", "Reading %q failed: %s.", name, reason(err))
	}
	after, err := withDocs(name, before, page)
	if err == nil && !bytes.Equal(before, after) {
		err = failf("The page is not current", "The library and %q say different things. Write it anew with \"recipe docs %s --output %s\".", name, dir, name)
	}
	return err
}

// withDocs is a file with a page between its two lines.
func withDocs(name string, text []byte, page string) ([]byte, error) {
	head, rest, begins := bytes.Cut(text, []byte(docsBegin))
	_, tail, ends := bytes.Cut(rest, []byte(docsEnd))
	if !begins || !ends {
		return nil, failf("No place for the page", "%q does not say where the page belongs. Put these two lines where it is to stand:\n  %s\n  %s", name, docsBegin, docsEnd)
	}
	return bytes.Join([][]byte{head, []byte(docsBegin + "\n\n" + page + "\n" + docsEnd), tail}, nil), nil
}
