//go:build !unix

package run

import (
	"os"
	"os/exec"
)

// apart does nothing where there are no process groups.
func apart(*exec.Cmd) {}

// interrupt ends a program where it cannot be asked to end.
func interrupt(p *os.Process) error { return p.Kill() }
