package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/term"

	"github.com/deployrecipe/recipe/lang/diag"
)

// The exit codes. They are documented in the help of the program, and do not change.
const (
	exitOK      = 0 // done, or nothing to do
	exitError   = 1
	exitChanges = 2 // with --detailed-exitcode: there are changes
)

// app is one run of the program: what it reads from and writes to, and what it learnt on the way.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
	env            func(string) (string, bool)

	dir     string // -C
	noColor bool
	// sources are the files read so far, for the snippets of diagnostics.
	sources map[string]*hcl.File
	signals *signals
}

// run runs one command line and returns the exit code. Nothing that goes wrong leaves it as a panic.
func (a *app) run(args []string) (code int) {
	defer func() {
		if v := recover(); v != nil {
			code = a.crashed(v, debug.Stack())
		}
	}()
	a.signals = listen(a.stderr)
	defer a.signals.stop()
	root := newRoot(a)
	root.SetArgs(args)
	return a.ended(root.ExecuteContext(a.signals.ctx))
}

// exit ends the program with a code, everything having been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// failure is an error that people have been waiting for: diagnostics to be shown.
type failure struct{ diags hcl.Diagnostics }

func (f failure) Error() string { return f.diags.Error() }

// fail makes an error of diagnostics that have one.
func fail(diags ...*hcl.Diagnostic) error { return failure{diags} }

// failf makes an error that has no place in a file.
func failf(summary, format string, args ...any) error {
	return fail(diag.Errorf("", nil, summary, format, args...))
}

// usage is an error in how the program was called.
type usage struct {
	err     error
	command string
}

func (u usage) Error() string { return u.err.Error() }

// ended shows the error that a command ended with and returns the exit code.
func (a *app) ended(err error) int {
	var code exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	var diags hcl.Diagnostics
	for _, one := range parts(err) {
		diags = append(diags, a.diagnose(one)...)
	}
	if len(diags) == 0 {
		fmt.Fprintln(a.stderr, "Interrupted.")
	}
	a.show(diags)
	return exitError
}

// diagnose says what an error is to people. Being told to end is none.
func (a *app) diagnose(err error) hcl.Diagnostics {
	var f failure
	var u usage
	switch {
	case errors.As(err, &f):
		return f.diags
	case errors.As(err, &u):
		return hcl.Diagnostics{diag.Errorf("", nil, "Wrong usage", "%s See \"%s --help\".", ended(capital(u.Error())), u.command)}
	case errors.Is(err, context.Canceled) && a.signals.interrupted():
		return nil
	}
	return hcl.Diagnostics{explain(err)}
}

// parts takes apart what errors.Join put together, and only that: errors that fmt.Errorf wraps are told by its
// text, not by theirs.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var texts []string
	var all []error
	for _, one := range joined.Unwrap() {
		texts = append(texts, one.Error())
		all = append(all, parts(one)...)
	}
	if strings.Join(texts, "\n") != err.Error() {
		return []error{err}
	}
	return all
}

// show writes diagnostics to standard error.
func (a *app) show(diags hcl.Diagnostics) {
	if len(diags) > 0 {
		_ = diag.Print(a.stderr, a.sources, diags, diag.Style{Color: a.color(a.stderr), Width: width(a.stderr)})
	}
}

// crashed says that the program has a fault, and how to report it.
func (a *app) crashed(v any, stack []byte) int {
	if from, ok := v.(interface{ Stack() []byte }); ok {
		stack = from.Stack() // it happened elsewhere, and was passed on
	}
	fmt.Fprintf(a.stderr, "\n%s\n", strings.TrimSpace(fmt.Sprintf(`Error: Internal error

recipe %s came upon a fault of its own: %v

Please report it at https://github.com/deployrecipe/recipe/issues, with the
command, the recipe if you can share it, and these lines:

%s`, versionText(), v, frames(stack))))
	return exitError
}

// frames keeps the lines of a stack that lie in this program, the first few.
func frames(stack []byte) string {
	var kept []string
	for line := range strings.SplitSeq(string(stack), "\n") {
		if strings.HasPrefix(line, "github.com/deployrecipe/recipe/") || strings.HasPrefix(line, "main.") {
			name, _, _ := strings.Cut(line, "(0x")
			kept = append(kept, "  "+name)
		}
	}
	return strings.Join(kept[:min(len(kept), 8)], "\n")
}

// color tells whether a stream takes colours.
func (a *app) color(w io.Writer) bool {
	if no, _ := a.env("NO_COLOR"); a.noColor || no != "" {
		return false
	}
	if name, _ := a.env("TERM"); name == "dumb" {
		return false
	}
	return isTerminal(w)
}

// isTerminal tells whether a stream, an input or an output, is a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// width is the number of a terminal's columns; 0 for what is none.
func width(w io.Writer) int {
	if file, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil {
			return columns
		}
	}
	return 0
}

// ended ends a sentence.
func ended(s string) string {
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// capital begins an error's text as a sentence, unless its first word is a name, and leaves the full stop off.
func capital(s string) string {
	s = strings.TrimSuffix(s, ".")
	word, _, _ := strings.Cut(s, " ")
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" || s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
