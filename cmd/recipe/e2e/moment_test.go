package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// moment is a point in a run of the program: the first event of a type whose step's title begins so.
type moment struct {
	on    event.Type
	title string
	after time.Duration // so much later
}

func (m moment) String() string { return fmt.Sprintf("%s of %q + %s", m.on, m.title, m.after) }

// during runs a command that changes something, and has act done to its process at a moment that must come.
func (d *deploy) during(command string, m moment, act func(*os.Process)) outcome {
	d.Helper()
	cmd := d.command(command, "--auto-approve", "--json")
	var stdout strings.Builder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		d.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		d.Fatal(err)
	}
	came := false
	for lines := bufio.NewReader(out); err == nil; {
		var line []byte
		line, err = lines.ReadBytes('\n')
		var e event.Event
		if json.Unmarshal(line, &e) != nil || e.Type == "plan" {
			continue
		}
		fmt.Fprintln(&stdout, e.Type, e.Step, e.Text)
		if !came && e.Type == m.on && strings.HasPrefix(e.Title, m.title) {
			came = true
			time.Sleep(m.after)
			act(cmd.Process)
		}
	}
	_ = cmd.Wait()
	o := outcome{cmd.Args[1:], cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	if !came {
		d.Fatalf("it ended before %s\n%s", m, o)
	}
	return o
}

// kill kills a command at a moment.
func (d *deploy) kill(m moment, command string) outcome {
	d.Helper()
	return d.during(command, m, func(p *os.Process) { _ = p.Kill() })
}

// interrupt interrupts a command so many times at a moment, as Ctrl-C does.
func (d *deploy) interrupt(times int, m moment, command string) outcome {
	d.Helper()
	return d.during(command, m, func(p *os.Process) {
		for range times {
			_ = p.Signal(os.Interrupt)
			time.Sleep(50 * time.Millisecond) // two at once count as one
		}
	})
}
