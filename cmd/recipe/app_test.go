package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/lang/diag"
)

func testApp() (*app, *bytes.Buffer) {
	var out bytes.Buffer
	none := func(string) (string, bool) { return "", false }
	return &app{stdin: strings.NewReader(""), stdout: &out, stderr: &out, env: none}, &out
}

// Whoever asks for help finds what a command does, and how to call it.
func TestEveryCommandIsDocumented(t *testing.T) {
	a, _ := testApp()
	for _, c := range newRoot(a).Commands() {
		if c.Hidden || c.Name() == "completion" || c.Name() == "help" { // the library's own
			continue
		}
		if c.Short == "" || strings.Count(c.Long, "\n") < 1 || !strings.Contains(c.Example, "recipe "+c.Name()) {
			t.Errorf("%s: short %q, long %q, example %q", c.Name(), c.Short, c.Long, c.Example)
		}
		for _, line := range strings.Split(c.Long, "\n") {
			if len(line) > 90 {
				t.Errorf("%s: a line of its help is %d letters long: %s", c.Name(), len(line), line)
			}
		}
	}
}

// The README names every command, each at the beginning of a line of what people copy.
func TestReadmeNamesEveryCommand(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := testApp()
	for _, c := range newRoot(a).Commands() {
		if !c.Hidden && c.Name() != "completion" && c.Name() != "version" && !strings.Contains(string(readme), "\nrecipe "+c.Name()+" ") {
			t.Errorf("the README says nothing of recipe %s", c.Name())
		}
	}
}

func TestEnded(t *testing.T) {
	invalid := failure{hcl.Diagnostics{diag.Errorf(diag.InvalidValue, nil, "Invalid value", "It is wrong.")}}
	for _, c := range []struct {
		name string
		err  error
		code int
		text []string
	}{
		{"no error", nil, 0, nil},
		{"a code of its own", exit(exitChanges), 2, nil},
		{"diagnostics", invalid, 1, []string{"Error: Invalid value", "It is wrong.", "[invalid-value]"}},
		{"diagnostics and an error after them", errors.Join(invalid, errors.New("the lock is stuck")), 1,
			[]string{"Error: Invalid value", "Error: The command failed", "The lock is stuck."}},
		{"wrong usage", usage{errors.New("unknown flag: --x"), "recipe plan"}, 1, []string{"Error: Wrong usage", `Unknown flag: --x. See "recipe plan --help".`}},
		{"an engine's error", fmt.Errorf("%w: the socket is not there: %w", engine.ErrUnreachable, errors.New("no such file")), 1,
			[]string{"Error: The engine does not answer", "The socket is not there: no such file."}},
		{"a time limit", fmt.Errorf("asking the engine: %w", context.DeadlineExceeded), 1, []string{"Error: It took too long"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, out := testApp()
			a.signals = listen(out)
			defer a.signals.stop()
			if code := a.ended(c.err); code != c.code {
				t.Errorf("code %d, want %d", code, c.code)
			}
			for _, text := range c.text {
				if !strings.Contains(out.String(), text) {
					t.Errorf("want %q in:\n%s", text, out)
				}
			}
			if len(c.text) == 0 && out.Len() > 0 {
				t.Errorf("says %q", out)
			}
		})
	}
}

// A fault of the program's own is told as one, with how to report it and without what the stack's arguments were.
func TestCrashed(t *testing.T) {
	a, out := testApp()
	stack := "goroutine 1 [running]:\nmain.f(0x1, 0x2)\n\t/src/f.go:1\nruntime.main()\n"
	if code := a.crashed("no such thing", []byte(stack)); code != exitError {
		t.Errorf("code %d", code)
	}
	for text, want := range map[string]bool{"no such thing": true, "/issues": true, "  main.f\n": true, "0x1": false, "runtime": false} {
		if strings.Contains(out.String(), text) != want {
			t.Errorf("%q is there: %v, want %v, in:\n%s", text, !want, want, out)
		}
	}
}
