package enginetest

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func streamsTests() tests {
	return tests{
		"an attached container goes with its client": attached,
		"attached outputs are apart":                 attachedOutputs,
		"exec runs to the end":                       execToEnd,
		"exec can be talked to":                      execStream,
		"exec has a terminal":                        execTerminal,
	}
}

// attached is what the deploy lock rests on: a container that is there while someone holds its stream.
func attached(w *world) {
	spec := w.spec("lock", "cat")
	spec.OpenStdin, spec.AutoRemove = true, true
	id := w.create(spec)
	stream, err := w.Attach(w.ctx, id)
	w.need(err)
	defer stream.Close()
	w.need(w.StartContainer(w.ctx, id))
	_, err = io.WriteString(stream, "hello\n")
	w.need(err)
	echo := make([]byte, 6)
	if _, err := io.ReadFull(stream.Stdout(), echo); err != nil || string(echo) != "hello\n" {
		w.Errorf("got %q, %v back", echo, err)
	}
	_, err = w.CreateContainer(w.ctx, w.spec("lock", "cat"))
	w.want(err, engine.ErrConflict)
	w.need(stream.Close())
	w.eventually("the container is gone", func() bool {
		_, err := w.Container(w.ctx, id)
		return errors.Is(err, engine.ErrNotFound)
	})
	w.create(w.spec("lock", "cat"))
}

func attachedOutputs(w *world) {
	spec := w.spec("a", "exit", "3")
	spec.OpenStdin = true
	id := w.create(spec)
	stream, err := w.Attach(w.ctx, id)
	w.need(err)
	defer stream.Close()
	w.need(w.StartContainer(w.ctx, id))
	w.outputs(stream, "out\n", "err\n")
}

func (w *world) outputs(s engine.Stream, wantOut, wantErr string) {
	w.Helper()
	out, err := io.ReadAll(s.Stdout())
	w.need(err)
	errOut, err := io.ReadAll(s.Stderr())
	w.need(err)
	if string(out) != wantOut || string(errOut) != wantErr {
		w.Errorf("got %q and %q, want %q and %q", out, errOut, wantOut, wantErr)
	}
}

func execToEnd(w *world) {
	id := w.start(w.spec("a", "serve"))
	result, err := w.Exec(w.ctx, id, []string{"/app", "echo", "one", "two"})
	w.need(err)
	if result.ExitCode != 0 || string(result.Output) != "one two\n" {
		w.Errorf("got %d, %q", result.ExitCode, result.Output)
	}
	result, err = w.Exec(w.ctx, id, []string{"/app", "exit", "4"})
	w.need(err)
	if result.ExitCode != 4 || !strings.Contains(string(result.Output), "err\n") {
		w.Errorf("got %d, %q", result.ExitCode, result.Output)
	}
	stopped := w.create(w.spec("b", "serve"))
	if _, err := w.Exec(w.ctx, stopped, []string{"/app", "echo"}); err == nil {
		w.Error("exec in a container that does not run is no error")
	}
}

func execStream(w *world) {
	id := w.start(w.spec("a", "serve"))
	stream, err := w.ExecStream(w.ctx, id, engine.ExecSpec{Command: []string{"/app", "cat"}})
	w.need(err)
	defer stream.Close()
	for i := range 5 {
		line := fmt.Sprintf("line %d\n", i)
		_, err := io.WriteString(stream, line)
		w.need(err)
		echo := make([]byte, len(line))
		if _, err := io.ReadFull(stream.Stdout(), echo); err != nil || string(echo) != line {
			w.Fatalf("got %q, %v back", echo, err)
		}
	}
	w.need(stream.CloseWrite())
	w.outputs(stream, "", "")
	if code, err := stream.Exit(w.ctx); code != 0 || err != nil {
		w.Errorf("it ended with %d, %v", code, err)
	}
	stream, err = w.ExecStream(w.ctx, id, engine.ExecSpec{Command: []string{"/app", "exit", "4"}})
	w.need(err)
	defer stream.Close()
	w.outputs(stream, "out\n", "err\n")
	if code, err := stream.Exit(w.ctx); code != 4 || err != nil {
		w.Errorf("it ended with %d, %v", code, err)
	}
}

// execTerminal gives a command a terminal, whose lines end as a terminal's do.
func execTerminal(w *world) {
	id := w.start(w.spec("a", "serve"))
	stream, err := w.ExecStream(w.ctx, id, engine.ExecSpec{Command: []string{"/app", "exit", "3"}, Terminal: true})
	w.need(err)
	defer stream.Close()
	_ = stream.Resize(w.ctx, 100, 30) // it may have ended
	text, err := io.ReadAll(stream.Stdout())
	w.need(err)
	for _, word := range []string{"out", "err"} {
		if !strings.Contains(string(text), word) {
			w.Errorf("%q lacks %q", text, word)
		}
	}
	if code, err := stream.Exit(w.ctx); code != 3 || err != nil {
		w.Errorf("it ended with %d, %v", code, err)
	}
}
