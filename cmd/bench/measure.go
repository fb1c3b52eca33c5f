package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/deployrecipe/recipe/cmd/internal/run"
)

// cost is what a program used, the children that it waited for included.
type cost struct {
	Wall time.Duration
	CPU  time.Duration // user and system
	User time.Duration // the part of it that is the program's own
	RSS  int64         // bytes, the peak of the largest process
}

// measureWord, as the first argument, makes this program run another one and report its cost.
const measureWord = "measure"

// measured runs a program and returns its cost. What it said is in the error, if there is one.
//
// It is run by a fresh process of this program, since a process starts with its parent's memory in its books: the
// peak of a small program would be the size of this one, load generator included. That one is small, so that it
// hides only what is below about 10 MiB.
func measured(ctx context.Context, c run.Command, name string, args ...string) (cost, error) {
	var used cost
	self, err := os.Executable()
	if err != nil {
		return used, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return used, err
	}
	defer r.Close()
	var said bytes.Buffer
	c.Stdout, c.Stderr, c.Files = &said, &said, []*os.File{w}
	err = c.Do(ctx, self, append([]string{measureWord, name}, args...)...)
	w.Close()
	told := json.NewDecoder(r).Decode(&used)
	if err != nil { // what it took until then is known all the same
		return used, fmt.Errorf("%s failed: %w\n%s", strings.Join(append([]string{name}, args...), " "), err, &said)
	}
	return used, told
}

// measureChild runs a program and writes its cost to descriptor 3. It leaves Ctrl-C to the program.
func measureChild(args []string) int {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	begun := time.Now()
	err := cmd.Run()
	used := cost{Wall: time.Since(begun)}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if cmd.ProcessState == nil { // it did not even begin
		return 1
	}
	used.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	used.User = cmd.ProcessState.UserTime()
	used.RSS = peak(cmd.ProcessState)
	if told := json.NewEncoder(os.NewFile(3, "cost")).Encode(used); told != nil {
		fmt.Fprintln(os.Stderr, told)
		return 1
	}
	if err != nil {
		return 1
	}
	return 0
}
