package gate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// execKind runs a command in each new container.
type execKind struct{}

type commandArgs struct {
	Command []string `json:"command"`
}

func (execKind) Name() string   { return "exec" }
func (execKind) Measures() bool { return false }

func (execKind) Doc() string {
	return "passes when a command in each new container ends with exit code 0; it is run again, a second later, while it does not."
}

func (execKind) Args() []schema.Arg { return append(repeatedArgs(), commandArg()) }

func commandArg() schema.Arg {
	return schema.Arg{Name: "command", Type: schema.ListOf(schema.Str()), Required: true, Doc: "The program and its arguments; no shell reads them."}
}

func (execKind) Validate(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	return validateCommand(s, at)
}

func validateCommand(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	a, err := read[commandArgs](s)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, at(""))}
	}
	if len(a.Command) == 0 || a.Command[0] == "" {
		return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, at("command"), "Invalid value", "A command has at least the name of a program.")}
	}
	return nil
}

func (execKind) Waits(s Spec) string {
	a, _ := read[commandArgs](s) // Validate has read it
	return fmt.Sprintf("until %q in each new container exits with 0", line(a.Command))
}

func (execKind) Open(_ context.Context, t Tools, c Config, _ func(string)) (Watch, error) {
	a, err := read[commandArgs](c.Gate)
	if err != nil {
		return nil, err
	}
	return asking{c.Instances, func(ctx context.Context, i Instance) (bool, string, error) {
		return repeat(ctx, func() ([]byte, int, error) {
			got, err := t.Engine.Exec(ctx, i.Container, a.Command)
			return got.Output, got.ExitCode, err
		})
	}}, nil
}

// repeat runs a command until it ends with 0, or ctx does, and tells how it ended last.
func repeat(ctx context.Context, run func() ([]byte, int, error)) (bool, string, error) {
	answer := "the command did not end in time"
	pace := time.NewTicker(askEvery)
	defer pace.Stop()
	for {
		output, code, err := run()
		switch {
		case ctx.Err() != nil:
			return false, answer, nil
		case err != nil:
			return false, "", err
		}
		if answer = ended(output, code); code == 0 {
			return true, answer, nil
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return false, answer, nil
		}
	}
}

// outputLines is how much of a command's output evidence shows.
const outputLines = 20

// ended tells an exit code, and what a command wrote last.
func ended(output []byte, code int) string {
	text := fmt.Sprintf("the command exited with %d", code)
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(output), "?")), "\n")
	if lines[0] == "" && len(lines) == 1 {
		return text + " and wrote nothing"
	}
	lines = lines[max(0, len(lines)-outputLines):]
	return text + "; it wrote:\n  | " + strings.Join(lines, "\n  | ")
}
