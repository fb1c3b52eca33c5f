package gate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/schema"
)

// commandKind runs a command where recipe runs.
type commandKind struct{}

func (commandKind) Name() string   { return "command" }
func (commandKind) Measures() bool { return false }

func (commandKind) Doc() string {
	return "passes when a command on the operator's machine, in the recipe's directory, ends with exit code 0; it is run again, a second later, while it does not. Its environment has RECIPE_STAGE, RECIPE_WEIGHT, and the new containers in RECIPE_CONTAINERS and their addresses in RECIPE_ADDRESSES, apart by spaces."
}

func (commandKind) Args() []schema.Arg { return append(repeatedArgs(), commandArg()) }

func (commandKind) Validate(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	return validateCommand(s, at)
}

func (commandKind) Waits(s Spec) string {
	a, _ := read[commandArgs](s) // Validate has read it
	return fmt.Sprintf("until %q on this machine exits with 0", line(a.Command))
}

func (commandKind) Open(_ context.Context, t Tools, c Config, _ func(string)) (Watch, error) {
	a, err := read[commandArgs](c.Gate)
	if err != nil {
		return nil, err
	}
	return onceFor{func(ctx context.Context) (bool, string, error) {
		return repeat(ctx, func() ([]byte, int, error) { return t.Run(ctx, t.Dir, a.Command, c.environment()) })
	}}, nil
}

// environment tells a command about the new release. Addresses are ADDRESS:PORT where the edge leads to a port.
func (c Config) environment() []string {
	var containers, addresses []string
	for _, i := range c.Instances {
		containers = append(containers, i.Container)
		at := i.Address
		if i.Port != 0 {
			at += ":" + strconv.Itoa(i.Port)
		}
		addresses = append(addresses, at)
	}
	return []string{"RECIPE_STAGE=" + c.Stage, "RECIPE_WEIGHT=" + strconv.Itoa(c.Weight),
		"RECIPE_CONTAINERS=" + strings.Join(containers, " "), "RECIPE_ADDRESSES=" + strings.Join(addresses, " ")}
}

// onceFor is a Watch that asks one question for all instances.
type onceFor struct {
	ask func(context.Context) (ok bool, answer string, err error)
}

// Judge passes once the answer is good, and has failed when the time is over.
func (o onceFor) Judge(ctx context.Context) (Verdict, error) {
	ok, answer, err := o.ask(ctx)
	switch {
	case err != nil:
		return Verdict{}, err
	case ok:
		return Verdict{Passed, first(answer)}, nil
	}
	return Verdict{Failed, answer}, nil
}

// RunLocal is the Runner of the machine that applies. A command that outlives ctx is killed, and its output is let go
// two seconds later, should children of it still hold it.
func RunLocal(ctx context.Context, dir string, argv, env []string) ([]byte, int, error) {
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	command.Dir = dir
	command.Env = append(os.Environ(), env...)
	command.WaitDelay = 2 * time.Second
	var output tail
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return output.Bytes(), ended.ExitCode(), nil
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		return output.Bytes(), 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("the command %q could not be run: %w", argv[0], plain(err))
	}
	return output.Bytes(), 0, nil
}

// plain leaves out of an error what says again which program it is about.
func plain(err error) error {
	var lookup *exec.Error
	var path *os.PathError
	switch {
	case errors.As(err, &lookup):
		return lookup.Err
	case errors.As(err, &path):
		return path.Err
	}
	return err
}

// tail keeps the end of what is written to it.
type tail struct{ bytes.Buffer }

const tailSize = 64 << 10

// Write keeps twice the size at most.
func (t *tail) Write(p []byte) (int, error) {
	n, err := t.Buffer.Write(p)
	if t.Len() > 2*tailSize {
		t.Next(t.Len() - tailSize)
	}
	return n, err
}
