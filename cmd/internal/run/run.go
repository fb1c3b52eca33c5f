// Package run runs the programs that the demo and the benchmark are about.
package run

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// grace is how long an interrupted program may take to come to its end. A deploy takes back what it has begun,
// and that has to drain connections too.
const grace = 90 * time.Second

// Command is how a program is to be run. Its standard input is empty.
type Command struct {
	Dir            string
	Env            []string // NAME=value, beside this process's own environment
	Stdout, Stderr io.Writer
	Files          []*os.File // become its descriptors from 3 on
}

// Do runs a program to its end. When ctx ends first the program is interrupted as by Ctrl-C, and waited for. It
// is not interrupted otherwise: it runs in a process group of its own, since a terminal interrupts a whole
// group, and a deploy that is interrupted twice stops at once.
func (c Command) Do(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = c.Dir, append(os.Environ(), c.Env...)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = c.Stdout, c.Stderr, c.Files
	apart(cmd)
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	cmd.WaitDelay = grace
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return nil
}
