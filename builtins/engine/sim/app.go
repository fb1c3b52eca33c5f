package sim

import (
	"io"
	"strings"
	"time"
)

// App is how the containers of an image behave. The zero App boots at once, answers every probe with 200, and
// runs until it is stopped, which takes it no time.
type App struct {
	// Boot is how long after its start it refuses connections.
	Boot time.Duration
	// Probe answers an HTTP GET of a path. Nil answers 200 "ok".
	Probe func(path string) (status int, body string)
	// Answer is the status of the n-th request that a container of it gets, n from 1. Nil answers all with 200.
	Answer func(n int) int
	// Slow is how many times as long as others its answers take; 0 is 1.
	Slow int
	// Health is the engine's own check of a container that has been up so long; nil holds after Boot.
	Health func(up time.Duration) bool
	// Stop is the time from the stop signal to its end; it is killed where the stop allows less.
	Stop time.Duration
	// RunFor is how long it runs before it ends by itself with ExitCode; 0 is until stopped.
	RunFor   time.Duration
	ExitCode int

	// Main, when set, is the whole program, in place of RunFor, Stop and ExitCode. It returns its exit code,
	// at the latest soon after Killed closes.
	Main func(*Process) int
	// Exec plays the commands run in its containers, health checks among them. Nil ends at once with 0.
	Exec func(*Process) int
}

// Process is what a program of a container sees.
type Process struct {
	Container string   // name
	Args      []string // entrypoint and command, or the exec's command
	Env       []string
	Stdin     io.Reader
	Stdout    io.Writer
	Stderr    io.Writer
	Signals   <-chan string // "SIGTERM"; of a container's first process
	Killed    <-chan struct{}
}

// main runs the app to its end.
func (a App) main(p *Process, stopSignal string) int {
	if a.Main != nil {
		return a.Main(p)
	}
	var end <-chan time.Time
	if a.RunFor > 0 {
		timer := time.NewTimer(a.RunFor)
		defer timer.Stop()
		end = timer.C
	}
	code := a.ExitCode
	for {
		select {
		case <-end:
			return code
		case <-p.Killed:
			return 137
		case signal := <-p.Signals:
			if signal != stopSignal && signal != "SIGTERM" && signal != "SIGINT" && signal != "SIGQUIT" {
				continue
			}
			timer := time.NewTimer(a.Stop)
			defer timer.Stop()
			end, code = timer.C, 0
		}
	}
}

// signalName spells a signal as Process gets it.
func signalName(name string) string {
	name = strings.ToUpper(name)
	if name != "" && !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	return name
}

// Serve registers an App for an image reference, or for images whose AppLabel has this value.
func (e *Engine) Serve(name string, app App) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.apps[name] = app
	e.apps[normal(name)] = app
}

// appOf finds what a container runs: what Play says, then what was published as its very image, then by the reference it was made
// from, by its image's tags, by AppLabel.
func (e *Engine) appOf(b *box) App {
	if e.Play != nil {
		if app, ok := e.Play(b.spec); ok {
			return app
		}
	}
	names := []string{b.imageID, b.spec.Image, normal(b.spec.Image)}
	if i := e.images[b.imageID]; i != nil {
		names = append(names, i.tags...)
		names = append(names, i.config.Labels[AppLabel])
	}
	names = append(names, b.appName)
	for _, name := range names {
		if app, ok := e.apps[name]; ok && name != "" {
			return app
		}
	}
	return App{}
}
