package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/cmd/recipe/lineedit"
	"github.com/deployrecipe/recipe/cmd/recipe/starter"
	"github.com/deployrecipe/recipe/lang/syntax"
)

func newInit(a *app) *cobra.Command {
	i := &initializer{app: a}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write an app's first recipe",
		Long: `Writes recipe.hcl for the app in a directory. It looks for a Dockerfile, there or
in a directory below; where there is none, it tells an app of Go, Ruby, Python or
Node by its files and writes the image as blocks, and a .dockerignore if there is
none. What it cannot see it asks for, with what it would take in brackets.

No file is ever overwritten: where a recipe is already, that is an error.

Exit codes: 0 the recipe was written; 1 an error.`,
		Example: `  recipe init
  recipe init ./shop --yes
  recipe init --yes --image nginx:1.29`,
		Args: onePath,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error { return i.run(cmd.Context(), pathOf(args)) },
	}
	cmd.Flags().BoolVarP(&i.yes, "yes", "y", false, "ask nothing, and take what would stand in brackets")
	cmd.Flags().StringVar(&i.image, "image", "", "the `REFERENCE` of an image to run, where there is nothing to build one from")
	return cmd
}

// initializer writes a first recipe.
type initializer struct {
	*app
	yes   bool
	image string
	lines lineedit.Reader
}

func (i *initializer) run(ctx context.Context, dir string) error {
	if err := i.vacant(dir); err != nil {
		return err
	}
	i.lines = lineedit.Plain(i.stdin)
	found := starter.Find(os.DirFS(dir))
	i.tell(found)
	answers, err := i.ask(ctx, dir, found)
	if err != nil {
		return err
	}
	text, err := starter.Recipe(found, answers)
	if err != nil {
		return err
	}
	if err := i.create(filepath.Join(dir, "recipe.hcl"), text); err != nil {
		return err
	}
	if found.Language != "" && !found.Ignore {
		if err := i.create(filepath.Join(dir, ".dockerignore"), starter.Ignore(found)); err != nil {
			return err
		}
	}
	diags := i.validate(dir, variableOptions{})
	i.show(diags)
	i.next(dir, found)
	return nil
}

// vacant makes sure that the directory is there and has no recipe yet.
func (i *initializer) vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return failf("No such directory", "Reading %q failed: %s. Give the directory that the app is in.", dir, reason(err))
	}
	for _, e := range entries {
		if syntax.IsRecipe(e.Name()) {
			return failf("There is a recipe already", "%s has one, and nothing is overwritten. Change it, or move it away first.", filepath.Join(dir, e.Name()))
		}
	}
	return nil
}

// tell says what was found.
func (i *initializer) tell(found starter.App) {
	switch {
	case found.Dockerfile != "" && found.Context != ".":
		fmt.Fprintf(i.stdout, "Found %s/%s: the image is built by it.\n", found.Context, found.Dockerfile)
	case found.Dockerfile != "":
		fmt.Fprintf(i.stdout, "Found %s: the image is built by it.\n", found.Dockerfile)
	case found.Language != "":
		fmt.Fprintf(i.stdout, "Found an app of %s: its image is written as blocks.\n", capitalized(found.Language))
	}
}

func (i *initializer) ask(ctx context.Context, dir string, found starter.App) (starter.Answers, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		full = dir
	}
	answers := starter.Answers{Image: i.image}
	if found.Dockerfile == "" && found.Language == "" && i.image == "" {
		if i.yes {
			return answers, failf("Nothing to start from", "There is no Dockerfile in %q, and no go.mod, Gemfile, requirements.txt, pyproject.toml or package.json. Name an image to run with --image.", dir)
		}
		if answers.Image, err = i.question(ctx, "Image to run, such as nginx:1.29", "", imageAnswer); err != nil {
			return answers, err
		}
	}
	if answers.Name, err = i.question(ctx, "Name of the recipe", starter.Name(filepath.Base(full)), nameAnswer); err != nil {
		return answers, err
	}
	standard := 80
	if found.Port != 0 {
		standard = found.Port
	}
	if answers.Port, err = i.port(ctx, "Port that the app listens on in its container", standard); err != nil {
		return answers, err
	}
	health := found.Health
	if health == "" {
		health = "/"
	}
	path, err := i.question(ctx, "Path that answers 200 when the app is fit to serve, or none", health, pathAnswer)
	if err != nil {
		return answers, err
	}
	if path != "none" {
		answers.Health = path
	}
	answers.Listen, err = i.port(ctx, "Port that clients connect to", 8080)
	return answers, err
}

func (i *initializer) port(ctx context.Context, what string, standard int) (int, error) {
	answer, err := i.question(ctx, what, strconv.Itoa(standard), portAnswer)
	n, _ := strconv.Atoi(answer) // the question took nothing else
	return n, err
}

// question asks until the answer is one. An empty answer means the standard one, as does the end of the input.
func (i *initializer) question(ctx context.Context, what, standard string, wrong func(string) string) (string, error) {
	if i.yes {
		return standard, nil
	}
	for {
		fmt.Fprint(i.stdout, what)
		if standard != "" {
			fmt.Fprintf(i.stdout, " [%s]", standard)
		}
		fmt.Fprint(i.stdout, ": ")
		answer, err := i.lines.ReadLine(ctx, "")
		if !isTerminal(i.stdin) {
			fmt.Fprintln(i.stdout, answer)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			fmt.Fprintln(i.stdout)
			return "", err
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			answer = standard
		}
		problem := wrong(answer)
		switch {
		case problem == "":
			return answer, nil
		case err != nil || !isTerminal(i.stdin):
			return "", failf("Not an answer", "%s: %s", what, problem)
		}
		fmt.Fprintln(i.stdout, problem)
	}
}

// What is wrong with an answer, empty for a good one.

func imageAnswer(answer string) string {
	if answer == "" {
		return "There is nothing to build an image from, so one must be named."
	}
	return ""
}

func nameAnswer(answer string) string {
	if starter.Name(answer) != answer {
		return fmt.Sprintf("A name has lower-case letters, digits and dashes between them, begins with a letter and has at most 40 of them, such as %q.", starter.Name(answer))
	}
	return ""
}

func portAnswer(answer string) string {
	if n, err := strconv.Atoi(answer); err != nil || n < 1 || n > 65535 {
		return "A port is a number from 1 to 65535."
	}
	return ""
}

func pathAnswer(answer string) string {
	if answer != "none" && (!strings.HasPrefix(answer, "/") || strings.ContainsAny(answer, " \t")) {
		return `A path begins with a slash, such as /up. Where there is none, answer "none".`
	}
	return ""
}

// create writes a new file, and never over another.
func (i *initializer) create(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return failf("There is a file already", "%s is there, and nothing is overwritten.", name)
	}
	if err != nil {
		return fail(unwritable(name, err))
	}
	_, err = f.Write(content)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fail(unwritable(name, err))
	}
	fmt.Fprintf(i.stdout, "Wrote %s.\n", name)
	return nil
}

// next says what is worth knowing now, and what to do.
func (i *initializer) next(dir string, found starter.App) {
	if found.Frontend != "" {
		fmt.Fprintf(i.stdout, "Remove the line %q from the Dockerfile: recipes build with the engine's own frontend.\n", found.Frontend)
	}
	if found.Dockerfile != "" && (found.User == "" || found.User == "root" || found.User == "0") {
		fmt.Fprintln(i.stdout, "The Dockerfile sets no USER, so the app may run as root.")
	}
	for _, more := range found.More {
		fmt.Fprintf(i.stdout, "There is %s as well: give it an image block and a service of its own.\n", more)
	}
	if len(found.Beside) > 0 {
		var names []string
		for _, s := range found.Beside {
			names = append(names, fmt.Sprintf("%s (%s)", s.Name, s.Image))
		}
		fmt.Fprintf(i.stdout, "%s has %s as well: each becomes a service of its own, or a library such as std/postgres.\n", found.Compose, strings.Join(names, ", "))
	}
	where := ""
	if dir != "." {
		where = " " + dir
	}
	fmt.Fprintf(i.stdout, "\nNext, see what would happen, and then let it:\n  recipe plan%s\n  recipe apply%s\n", where, where)
}

func capitalized(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
