package enginetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func lifecycleTests() tests {
	return tests{
		"of racing creates one wins the name": racingCreates,
		"each call can be repeated":           repeatable,
		"a missing container is told apart":   missingContainer,
		"wait gives the exit code":            waitForExit,
		"logs hold both outputs":              logsOfBoth,
		"logs are followed":                   followLogs,
		"a stubborn program is killed":        killStubborn,
		"stop sends another signal":           stopWithSignal,
		"the engine's own health check":       healthCheck,
		"a running container can be removed":  removeRunning,
		"a container can be renamed":          rename,
	}
}

func racingCreates(w *world) {
	var mu sync.Mutex
	var won []string
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			id, err := w.CreateContainer(w.ctx, w.spec("lock", "serve"))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won = append(won, id)
			case !errors.Is(err, engine.ErrConflict):
				w.Errorf("a loser got %v, want ErrConflict", err)
			}
		})
	}
	wg.Wait()
	for _, id := range won {
		w.later(func(ctx context.Context) error { return w.RemoveContainer(ctx, id) })
	}
	if len(won) != 1 {
		w.Fatalf("%d of 20 racing creates won the name", len(won))
	}
}

func repeatable(w *world) {
	id := w.create(w.spec("a", "serve"))
	if got := w.state(id); got.State != engine.Created || got.Name != w.id+"-a" || got.Image != w.image || !got.Started.IsZero() {
		w.Errorf("after create: %+v", got)
	}
	w.need(w.StopContainer(w.ctx, id, "", time.Second))
	w.need(w.StartContainer(w.ctx, id))
	w.need(w.StartContainer(w.ctx, id))
	if got := w.state(w.id + "-a"); got.State != engine.Running || got.ID != id || got.Started.IsZero() {
		w.Errorf("after start: %+v", got)
	}
	w.eventually("the program is ready", func() bool { return w.logged(id, "ready") })
	w.need(w.StopContainer(w.ctx, id, "", 10*time.Second))
	w.need(w.StopContainer(w.ctx, id, "", 10*time.Second))
	if got := w.state(id); got.State != engine.Exited || got.ExitCode != 0 || got.Finished.IsZero() {
		w.Errorf("after stop: %+v", got)
	}
	w.need(w.StartContainer(w.ctx, id))
	w.need(w.RemoveContainer(w.ctx, id))
	w.need(w.RemoveContainer(w.ctx, id))
}

func (w *world) logged(id, text string) bool {
	w.Helper()
	logs, err := w.Logs(w.ctx, id, 100)
	w.need(err)
	return strings.Contains(string(logs), text)
}

func missingContainer(w *world) {
	_, err := w.Container(w.ctx, w.id)
	w.want(err, engine.ErrNotFound)
	w.want(w.StartContainer(w.ctx, w.id), engine.ErrNotFound)
	w.want(w.StopContainer(w.ctx, w.id, "", time.Second), engine.ErrNotFound)
	_, err = w.WaitContainer(w.ctx, w.id)
	w.want(err, engine.ErrNotFound)
	_, err = w.Logs(w.ctx, w.id, 1)
	w.want(err, engine.ErrNotFound)
	_, err = w.Exec(w.ctx, w.id, []string{"/app"})
	w.want(err, engine.ErrNotFound)
	_, err = w.Attach(w.ctx, w.id)
	w.want(err, engine.ErrNotFound)
	_, err = w.ReadArchive(w.ctx, w.id, "/")
	w.want(err, engine.ErrNotFound)
	spec := w.spec("a", "serve")
	spec.Image = w.id + ":none"
	_, err = w.CreateContainer(w.ctx, spec)
	w.want(err, engine.ErrNotFound)
}

func waitForExit(w *world) {
	id := w.start(w.spec("a", "exit", "7"))
	code, err := w.WaitContainer(w.ctx, id)
	w.need(err)
	if code != 7 || w.state(id).ExitCode != 7 {
		w.Errorf("got exit code %d, and %d of the container, want 7", code, w.state(id).ExitCode)
	}
	list, err := w.Containers(w.ctx, w.labels())
	w.need(err)
	if len(list) != 1 || list[0].ExitCode != 7 || list[0].State != engine.Exited {
		w.Errorf("listed as %+v, want one that exited with 7", list)
	}
	running := w.start(w.spec("b", "serve"))
	ctx, cancel := context.WithTimeout(w.ctx, 100*time.Millisecond)
	defer cancel()
	_, err = w.WaitContainer(ctx, running)
	w.want(err, context.DeadlineExceeded)
}

func logsOfBoth(w *world) {
	id := w.start(w.spec("a", "exit", "0"))
	_, err := w.WaitContainer(w.ctx, id)
	w.need(err)
	logs, err := w.Logs(w.ctx, id, 10)
	w.need(err)
	if !bytes.Contains(logs, []byte("out\n")) || !bytes.Contains(logs, []byte("err\n")) || len(logs) != 8 {
		w.Errorf("got logs %q", logs)
	}
	logs, err = w.Logs(w.ctx, id, 1)
	w.need(err)
	if len(logs) != 4 {
		w.Errorf("got %q, want the last line alone", logs)
	}
	var told []engine.LogLine
	each := func(l engine.LogLine) error { told = append(told, l); return nil }
	w.need(w.ReadLogs(w.ctx, id, engine.LogOptions{}, each))
	slices.SortFunc(told, func(a, b engine.LogLine) int { return strings.Compare(b.Text, a.Text) })
	if len(told) != 2 || told[0].Text != "out" || told[1].Text != "err" || told[0].Time.IsZero() {
		w.Errorf("told %+v", told)
	}
	stop := errors.New("enough")
	w.want(w.ReadLogs(w.ctx, id, engine.LogOptions{}, func(engine.LogLine) error { return stop }), stop)
	last := told[0].Time
	told = nil
	w.need(w.ReadLogs(w.ctx, id, engine.LogOptions{Since: last.Add(time.Hour)}, each))
	if len(told) != 0 {
		w.Errorf("told %+v of later", told)
	}
	w.want(w.ReadLogs(w.ctx, w.id+"-none", engine.LogOptions{}, each), engine.ErrNotFound)
}

// followLogs hears what is written while it listens, until it has heard enough.
func followLogs(w *world) {
	spec := w.spec("a", "cat")
	spec.OpenStdin = true
	id := w.create(spec)
	stream, err := w.Attach(w.ctx, id)
	w.need(err)
	defer stream.Close()
	w.need(w.StartContainer(w.ctx, id))
	ctx, cancel := context.WithCancel(w.ctx)
	defer cancel()
	heard := make(chan string)
	ended := make(chan error, 1)
	go func() {
		ended <- w.ReadLogs(ctx, id, engine.LogOptions{Follow: true}, func(l engine.LogLine) error {
			heard <- l.Text
			return nil
		})
	}()
	for i := range 3 {
		line := fmt.Sprint("line ", i)
		_, err := io.WriteString(stream, line+"\n")
		w.need(err)
		if got := <-heard; got != line {
			w.Errorf("heard %q, want %q", got, line)
		}
	}
	cancel()
	w.need(<-ended)
}

func killStubborn(w *world) {
	id := w.start(w.spec("a", "stubborn"))
	w.eventually("the program is ready", func() bool { return w.logged(id, "ready") })
	w.need(w.StopContainer(w.ctx, id, "", time.Second))
	if got := w.state(id); got.ExitCode != 137 {
		w.Errorf("a killed program has exit code %d, want 137", got.ExitCode)
	}
}

func stopWithSignal(w *world) {
	id := w.start(w.spec("a", "stubborn"))
	w.eventually("the program is ready", func() bool { return w.logged(id, "ready") })
	began := time.Now()
	w.need(w.StopContainer(w.ctx, id, "SIGQUIT", 30*time.Second))
	if took := time.Since(began); took > 20*time.Second {
		w.Errorf("stopping by SIGQUIT took %s", took)
	}
	if got := w.state(id); got.State != engine.Exited {
		w.Errorf("after stop: %+v", got)
	}
	if err := w.Signal(w.ctx, id, "SIGTERM"); err == nil {
		w.Error("a signal to a stopped container is no error")
	}
}

func healthCheck(w *world) {
	spec := w.spec("a", "serve")
	spec.Health = &engine.HealthCheck{
		Exec: []string{"/app", "echo", "fine"}, Interval: 100 * time.Millisecond, Timeout: 10 * time.Second,
		StartPeriod: time.Second, Retries: 3,
	}
	id := w.start(spec)
	w.eventually("it is healthy", func() bool { return w.state(id).Health == "healthy" })
	if got := w.state(id).HealthLog; !strings.Contains(got, "fine") {
		w.Errorf("health log is %q", got)
	}
	list, err := w.Containers(w.ctx, w.labels())
	w.need(err)
	if len(list) != 1 || list[0].Health != "healthy" {
		w.Errorf("listed as %+v, want healthy", list)
	}
	spec.Name, spec.Health.Exec = w.id+"-b", []string{"/app", "nonsense"}
	spec.Health.StartPeriod = 0
	id = w.start(spec)
	w.eventually("it is unhealthy", func() bool { return w.state(id).Health == "unhealthy" })
}

// rename gives a running container another name, which is its only one then.
func rename(w *world) {
	id := w.start(w.spec("a", "stubborn"))
	was, is := w.id+"-a", w.id+"-b"
	w.need(w.RenameContainer(w.ctx, was, is))
	if c, err := w.Container(w.ctx, is); err != nil || c.ID != id || c.Name != is || c.State != engine.Running {
		w.Errorf("renamed, it is %+v, %v", c, err)
	}
	_, err := w.Container(w.ctx, was)
	w.want(err, engine.ErrNotFound)
	w.want(w.RenameContainer(w.ctx, was, is), engine.ErrNotFound)
	w.start(w.spec("a", "stubborn")) // its name is free again
	w.want(w.RenameContainer(w.ctx, was, is), engine.ErrConflict)
}

func removeRunning(w *world) {
	id := w.start(w.spec("a", "stubborn"))
	w.need(w.RemoveContainer(w.ctx, id))
	_, err := w.Container(w.ctx, id)
	w.want(err, engine.ErrNotFound)
}
