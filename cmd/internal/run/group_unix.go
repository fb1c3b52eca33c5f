//go:build unix

package run

import (
	"os"
	"os/exec"
	"syscall"
)

// apart puts a program into a process group of its own.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// interrupt reaches the whole group of a program that was put apart.
func interrupt(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGINT) }
