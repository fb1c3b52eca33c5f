package haproxy

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// lineLimit is how much goes into one line of commands; HAProxy's buffer holds 16 KiB.
const lineLimit = 12 << 10

// batches joins commands into as few lines as the buffer allows, each led by first.
func batches(first string, commands []string) []string {
	var lines []string
	line := first
	for _, c := range commands {
		if len(line)+1+len(c) > lineLimit {
			lines = append(lines, line)
			line = first
		}
		line = joined(line, c)
	}
	if line != first || first != "" {
		lines = append(lines, line)
	}
	return lines
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + ";" + b
}

// errMoved says that another worker answered than before, or none in the middle of a reload: to be asked
// again.
var errMoved = errors.New("another worker takes over")

// reloadPoll is the time between two questions while a worker or master starts.
const reloadPoll = 3 * time.Millisecond

// again repeats f while it is errMoved, for a while.
func again(ctx context.Context, f func() error) error {
	for end := time.Now().Add(commandLimit); ; {
		err := f()
		if !errors.Is(err, errMoved) || time.Now().After(end) {
			return err
		}
		if err := pause(ctx, reloadPoll); err != nil {
			return err
		}
	}
}

// pause waits, or ends with the context's error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// send is host.Command, whose failures are errMoved unless nobody listens or the caller gave up. For a
// moment nobody listens at the master's socket while the master executes itself anew (seen with 2.6), so
// there the worker decides.
func send(ctx context.Context, host Host, socket Socket, line string) (string, error) {
	said, err := host.Command(ctx, socket, line)
	if err == nil || ctx.Err() != nil {
		return said, err
	}
	if errors.Is(err, proxy.ErrAbsent) {
		if socket == Admin {
			return "", err
		}
		if _, err := host.Command(ctx, Admin, "show version"); errors.Is(err, proxy.ErrAbsent) {
			return "", err
		}
	}
	return "", fmt.Errorf("%w: %w", errMoved, err)
}

// pidOf finds the pid in the answer to show info.
func pidOf(answer string) (int, error) {
	for line := range strings.Lines(answer) {
		if pid, ok := strings.CutPrefix(line, "Pid: "); ok {
			return strconv.Atoi(strings.TrimSpace(pid))
		}
	}
	return 0, fmt.Errorf("%w: it did not tell its pid: %.200q", errMoved, answer)
}

// ask sends commands to the current worker and returns its pid and all answers. All lines have to be
// answered by one worker, else it is errMoved.
func ask(ctx context.Context, host Host, commands []string) (pid int, answer string, err error) {
	var all strings.Builder
	for _, line := range batches("show info", commands) {
		said, err := send(ctx, host, Admin, line)
		if err != nil {
			return 0, "", err
		}
		answered, err := pidOf(said)
		if err != nil {
			return 0, "", err
		}
		if pid != 0 && answered != pid {
			return 0, "", errMoved
		}
		pid = answered
		all.WriteString(said)
	}
	return pid, all.String(), nil
}

// answersIn takes what ask returned apart: HAProxy puts an empty line after each answer. That to show info, by which
// lines of commands begin, is left out. An answer that brings empty lines of its own ends the order.
func answersIn(said string) (answers []string) {
	for said != "" {
		var answer string
		if strings.HasPrefix(said, "\n") { // an empty answer
			said = said[1:]
		} else {
			answer, said, _ = strings.Cut(said, "\n\n")
		}
		if !strings.HasPrefix(answer, "Name: ") {
			answers = append(answers, answer)
		}
	}
	return answers
}

// process is a line of the master's show proc.
type process struct {
	pid     int
	reloads int // of the master: how often it reloaded
	old     bool
}

// processes is the answer to show proc.
type processes struct {
	master  process
	failed  int // reloads that failed since the last one that did not
	workers []process
}

// current is the pid of the worker that takes new connections, 0 if there is none.
func (p processes) current() int {
	for _, w := range p.workers {
		if !w.old {
			return w.pid
		}
	}
	return 0
}

// show asks the master for its processes.
func show(ctx context.Context, host Host) (processes, error) {
	said, err := send(ctx, host, Master, "show proc")
	if err != nil {
		return processes{}, err
	}
	return parseProcesses(said)
}

// parseProcesses reads
//
//	#<PID>  <type>  <reloads>      <uptime>     <version>
//	7966    master  2 [failed: 0]  0d00h00m55s  2.6.12
//	# workers
//	9363    worker  0              0d00h00m00s  2.6.12
//	# old workers
//	9067    worker  1              0d00h00m33s  2.6.12
func parseProcesses(text string) (p processes, err error) {
	old := false
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# "):
			old = strings.HasPrefix(line, "# old workers")
		case len(words) >= 3 && (words[1] == "master" || words[1] == "worker"):
			var one process
			one.pid, _ = strconv.Atoi(words[0])
			one.reloads, _ = strconv.Atoi(words[2])
			one.old = old
			if words[1] == "worker" {
				p.workers = append(p.workers, one)
				continue
			}
			p.master = one
			if _, failed, ok := strings.Cut(line, "[failed: "); ok {
				failed, _, _ = strings.Cut(failed, "]")
				p.failed, err = strconv.Atoi(failed)
			}
		}
	}
	if p.master.pid == 0 {
		return processes{}, fmt.Errorf("%w: the master did not list its processes: %.200q", errMoved, text)
	}
	return p, err
}
