package container

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// ProbeConfig is the config of OpProbe.
type ProbeConfig struct {
	Name string `json:"name"` // the container's
	// HTTP and TCP are asked at the container's address on Network; with neither and Exec false, running is
	// enough.
	Network  string         `json:"network,omitempty"`
	HTTP     bool           `json:"http,omitempty"`
	TCP      bool           `json:"tcp,omitempty"`
	Exec     bool           `json:"exec,omitempty"` // the engine's own check
	Port     int            `json:"port,omitempty"`
	Path     string         `json:"path,omitempty"`
	Host     string         `json:"host,omitempty"`
	Interval state.Duration `json:"interval"`
	Timeout  state.Duration `json:"timeout"`
	// Within is how long the container may take to its first pass.
	Within state.Duration `json:"within"`
	// Addr finds the container's events.
	Addr string `json:"addr"`
}

// UnhealthyError says that a container did not pass in time, with all that helps to see why.
type UnhealthyError struct {
	Container string
	Why       string
	Logs      string // the container's last lines
}

// Error tells what did not become healthy, and why.
func (e *UnhealthyError) Error() string {
	text := e.Container + " did not become healthy: " + e.Why
	if logs := LastOutput("Its last output", e.Logs); logs != "" {
		return text + logs
	}
	return text + "\nIt wrote no output."
}

// LogLines is how much of a container's output an error shows.
const LogLines = 20

// LastOutput puts what a container wrote last below an error's text, under a heading; it is empty where that is.
func LastOutput(heading, logs string) string {
	logs = strings.TrimSpace(logs)
	if logs == "" {
		return ""
	}
	return "\n" + heading + ":\n  | " + strings.ReplaceAll(logs, "\n", "\n  | ")
}

func (t Tools) probe(ctx context.Context, c ProbeConfig, _ kind.Inputs) (kind.Outputs, error) {
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	events, err := t.Engine.Watch(watching, map[string]string{label.Addr: c.Addr})
	if err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(ctx, c.Within.Std())
	defer cancel()
	have, err := t.Engine.Container(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	died := make(chan struct{})
	healthy := make(chan struct{})
	var exit string // once died is closed
	go follow(events, have.ID, died, healthy, &exit)

	why, err := t.await(within, c, have, died, healthy)
	if err != nil || why == "" {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	code := ""
	switch {
	case ended(have):
		code = strconv.Itoa(have.ExitCode)
	case isClosed(died):
		code = exit
	}
	return nil, t.unhealthy(ctx, c, why, code)
}

// ended tells whether a container that was started does not run; the engine may be about to start it again.
func ended(c engine.Container) bool {
	return c.State == engine.Exited || c.State == engine.Dead || c.State == engine.Restarting
}

// await returns why the container is not fit to serve, nothing when it is.
func (t Tools) await(ctx context.Context, c ProbeConfig, have engine.Container, died, healthy <-chan struct{}) (string, error) {
	switch {
	case ended(have):
		return "it ended by itself", nil
	case c.Exec:
		return t.awaitEngine(ctx, c, have, died, healthy)
	case !c.HTTP && !c.TCP:
		return t.awaitRunning(ctx, have, died)
	}
	address, ok := have.Addresses[c.Network]
	if !ok || !address.IsValid() {
		return "", fmt.Errorf("%s has no address on the network %s", c.Name, c.Network)
	}
	return t.awaitAnswer(ctx, c, Target{
		Address: netip.AddrPortFrom(address, uint16(c.Port)), HTTP: c.HTTP, Path: c.Path, Host: c.Host,
		Interval: c.Interval.Std(), Timeout: c.Timeout.Std(),
	}, died)
}

func (t Tools) awaitAnswer(ctx context.Context, c ProbeConfig, target Target, died <-chan struct{}) (string, error) {
	probing, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-died:
			stop()
		case <-probing.Done():
		}
	}()
	answer, err := t.Prober.Probe(probing, target)
	switch {
	case err == nil && answer.Passed:
		return "", nil
	case isClosed(died):
		if answer.Status == 0 { // that nobody answered says no more than this
			return "it ended by itself", nil
		}
		return "it ended by itself; " + answer.String(), nil
	case err != nil && ctx.Err() == nil:
		return "", err
	}
	return fmt.Sprintf("nothing fit within %s; %s", c.Within, answer), nil
}

// lookAgain is how often a container is looked at, in case an event was missed.
const lookAgain = 5 * time.Second

// awaitEngine waits for the engine's own check of the container.
func (t Tools) awaitEngine(ctx context.Context, c ProbeConfig, have engine.Container, died, healthy <-chan struct{}) (string, error) {
	looks := time.NewTicker(lookAgain)
	defer looks.Stop()
	for have.Health != "healthy" {
		select {
		case <-healthy:
			return "", nil
		case <-died:
			return "it ended by itself", nil
		case <-looks.C:
			now, err := t.Engine.Container(ctx, have.ID)
			if err != nil && ctx.Err() == nil {
				return "", err
			}
			if err == nil && ended(now) {
				return "it ended by itself", nil
			}
			have.Health = now.Health
		case <-ctx.Done():
			return fmt.Sprintf("its check did not pass within %s", c.Within), nil
		}
	}
	return "", nil
}

// settle is how long a container without any check must run to count as started, and settleAgain one that has ended by
// itself before: as long as engines ask for before they count its failures anew.
const (
	settle      = time.Second
	settleAgain = 10 * time.Second
)

// awaitRunning looks at what the engine counted as well, since on a busy machine its events come late, and a container
// that ends and starts again is found running in between.
func (t Tools) awaitRunning(ctx context.Context, have engine.Container, died <-chan struct{}) (string, error) {
	long := settle
	if have.RestartCount > 0 {
		long = settleAgain
	}
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-died:
	case <-timer.C:
		now, err := t.Engine.Container(ctx, have.ID)
		if err != nil || !ended(now) && now.RestartCount <= have.RestartCount {
			return "", err
		}
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return "it ended by itself right after its start", nil
}

// follow closes died, having set exit to the code where the engine tells it, and healthy.
func follow(events <-chan engine.Event, id string, died, healthy chan struct{}, exit *string) {
	for event := range events {
		if event.Container != id {
			continue
		}
		switch event.Action {
		case "die":
			if !isClosed(died) {
				*exit = event.Labels["exitCode"]
				close(died)
			}
		case "health_status: healthy":
			if !isClosed(healthy) {
				close(healthy)
			}
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (t Tools) unhealthy(ctx context.Context, c ProbeConfig, why, exit string) error {
	if now, err := t.Engine.Container(ctx, c.Name); err == nil {
		switch {
		case now.OOMKilled:
			why += "; it was killed for using more memory than its limit"
		case exit != "": // it may run again by now
			why += "; its exit code was " + exit
		case ended(now):
			why += fmt.Sprintf("; its exit code was %d", now.ExitCode)
		}
		if c.Exec && now.HealthLog != "" {
			why += "; the check said: " + firstLine(now.HealthLog)
		}
	}
	logs, err := t.Engine.Logs(ctx, c.Name, LogLines)
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		why += "; its output could not be read"
	}
	return &UnhealthyError{Container: c.Name, Why: why, Logs: string(logs)}
}
