package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/cmd/recipe/lineedit"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

func newConsole(a *app) *cobra.Command {
	var variables variableOptions
	cmd := &cobra.Command{
		Use:   "console [PATH]",
		Short: "Evaluate expressions in a recipe's scope",
		Long: `Reads expressions, evaluates each in the scope of the recipe and writes its value as
HCL. It knows the recipe's variables, local values, blocks, functions and, as
output.NAME, its outputs; outside a recipe, the functions of the language. No
engine is asked and no secret fetched; sensitive values are not shown.

In a terminal lines can be edited, tab completes names, and earlier ones come back
with the arrow keys; they are kept in recipe/console_history under XDG_STATE_HOME
or ~/.local/state, except those that begin with a space. An open bracket lets an
expression go on in the next line. Ctrl-C gives up a line or breaks off
an evaluation, which takes 30 s and 1 GiB at most; "exit" and Ctrl-D leave.

From anything but a terminal, one expression a line is read.

Exit codes: 0 done; 1 the recipe cannot be read, or, where no terminal is read,
an expression had an error.`,
		Example: `  recipe console
  recipe console ./shop --var release=1.4.2
  echo 'jsonencode(service.web.env)' | recipe console`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.newConsole(args, variables)
			if err != nil {
				return err
			}
			return c.run(cmd.Context())
		},
	}
	variables.register(cmd)
	return cmd
}

// console reads expressions and shows their values.
type console struct {
	*app
	scope *resolve.Console
	names []string // what can be completed
	lines lineedit.Reader
	// interactive says that somebody sits at a terminal.
	interactive bool
	source      string // what diagnostics call the input
	// entered is all that was read, in which diagnostics show places, and line the number of its next line.
	entered []byte
	line    int
	failed  bool
}

func (a *app) newConsole(args []string, variables variableOptions) (*console, error) {
	m, err := a.consoleModule(args, variables)
	if err != nil {
		return nil, err
	}
	c := &console{
		app: a, scope: resolve.NewConsole(m.decoded, m.inputs), names: consoleNames(m),
		lines: lineedit.Plain(a.stdin), source: "standard input", line: 1,
	}
	in, isFile := a.stdin.(*os.File)
	out, isOut := a.stdout.(*os.File)
	if term, _ := a.env("TERM"); isFile && isOut && isTerminal(in) && isTerminal(out) && term != "dumb" {
		history := lineedit.OpenHistory(lineedit.StateFile(a.env, "console_history"))
		c.lines = lineedit.Terminal(in, out, history, c.complete)
		c.interactive, c.source = true, "console"
	}
	return c, nil
}

// consoleModule reads the recipe. Where the current directory has none, and none was asked for, an empty one serves.
// Errors in a recipe are shown and what could be read of it is there: a console is where one looks for them.
func (a *app) consoleModule(args []string, variables variableOptions) (*module, error) {
	m, diags := a.load(pathOf(args), variables)
	isNone := func(d *hcl.Diagnostic) bool { return diag.CodeOf(d) == diag.NoRecipes }
	switch {
	case m == nil && len(args) == 0 && slices.ContainsFunc(diags, isNone):
		in := resolve.Inputs{Env: a.env, Functions: builtins.Functions(funcs.Inputs{FS: noFiles{}, Env: a.env, Now: time.Now})}
		return &module{decoded: &decode.Module{}, inputs: in}, nil
	case m == nil:
		return nil, failure{diags}
	}
	a.show(diags)
	m.functions.Now = time.Now // no plan is made of what it shows, so that timestamp and uuid need not be unknown
	m.inputs.Functions = builtins.Functions(m.functions)
	return m, nil
}

// noFiles is where functions look for files outside a recipe.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("outside a recipe no file can be read")}
}

func (c *console) run(ctx context.Context) error {
	if c.interactive {
		fmt.Fprintln(c.stdout, `Expressions are evaluated; "help" tells more, "exit" leaves.`)
	}
	for {
		text, err := c.read(ctx)
		switch {
		case errors.Is(err, lineedit.ErrInterrupted):
			continue
		case errors.Is(err, io.EOF):
			return c.ended()
		case err != nil:
			return err
		}
		switch strings.TrimSpace(text) {
		case "":
		case "exit", "quit", ":q", ":exit", ":quit":
			return c.ended()
		case "help", ":help", "?":
			c.help()
		default:
			c.remember([]byte(text))
			c.evaluate(ctx, text)
		}
	}
}

func (c *console) ended() error {
	if c.failed && !c.interactive {
		return exit(exitError)
	}
	return nil
}

// read reads lines up to the end of an expression. An expression that the input ends within is read as it is.
func (c *console) read(ctx context.Context) (string, error) {
	var text []byte
	prompt := "> "
	for {
		line, err := c.lines.ReadLine(ctx, prompt)
		if errors.Is(err, io.EOF) && len(text) > 0 {
			return string(text), nil
		}
		if err != nil {
			return "", err
		}
		text = append(append(text, line...), '\n')
		if !syntax.Unfinished(text) {
			return string(text), nil
		}
		prompt = "| "
	}
}

// remember keeps an expression in the history, in one line where it can be written so.
func (c *console) remember(text []byte) {
	text = bytes.TrimSuffix(text, []byte("\n"))
	if !bytes.Contains(text, []byte("\n")) {
		c.lines.Remember(string(text))
	} else if line, ok := syntax.OneLine(text); ok && text[0] != ' ' {
		c.lines.Remember(line)
	}
}

// evaluate shows the value of an expression, or what is wrong with it.
func (c *console) evaluate(ctx context.Context, text string) {
	start := hcl.Pos{Line: c.line, Column: 1, Byte: len(c.entered)}
	c.entered = append(c.entered, text...)
	c.line += strings.Count(text, "\n")
	c.addSources(map[string]*hcl.File{c.source: {Bytes: c.entered}})
	if !strings.Contains(text, "<<") {
		text = strings.TrimSuffix(text, "\n") // only a heredoc needs it, and an error at the end would be on the next line
	}
	expr, diags := syntax.ParseExpressionAt([]byte(text), c.source, start)
	if name, _, ok := strings.Cut(text, "="); ok && diags.HasErrors() && hclsyntax.ValidIdentifier(strings.TrimSpace(name)) {
		diags[0].Summary = "Nothing can be assigned here"
		diags[0].Detail = "The console evaluates expressions. Variables and local values are declared in the recipe; --var gives a variable a value."
	}
	shown := ""
	if !diags.HasErrors() {
		var more hcl.Diagnostics
		if c.interactive { // elsewhere Ctrl-C ends all
			only, done := c.signals.only()
			defer done()
			ctx = only
		}
		shown, more = c.scope.Show(ctx, expr)
		diags = append(diags, more...)
	}
	if c.show(diags); len(diags) > 0 {
		fmt.Fprintln(c.stderr) // apart from what follows
	}
	if diags.HasErrors() {
		c.failed = true
		return
	}
	fmt.Fprintln(c.stdout, shown)
}

func (c *console) help() {
	fmt.Fprint(c.stdout, `Write an expression as it could stand in a recipe:

  length(["a", "b"])      a function; tab completes names
  var.NAME, local.NAME    variables and local values of the recipe
  service.NAME            all that a block offers; service alone, all blocks
  output.NAME             what an output gives

An open bracket lets an expression go on in the next line. A line that begins with
a space is not kept in the history. "exit" or Ctrl-D leaves, Ctrl-C gives up a line or an evaluation.
`)
}
