package sim_test

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
)

func TestEngine(t *testing.T) {
	const image = "suite:latest"
	open := func(t testing.TB) engine.Engine {
		e := sim.New()
		e.AddImage(image, engine.ImageConfig{Entrypoint: []string{"/app"}, Command: []string{"serve"}}, sim.App{Main: program, Exec: program})
		must(t, e.ImportRoot(t.Context(), "tmp:latest", strings.NewReader(string(enginetest.Tar(t, map[string]string{"data/": "", "app": "x"}))),
			engine.ImageConfig{Entrypoint: []string{"/app"}}))
		must(t, e.Tag(t.Context(), "tmp:latest", image))
		must(t, e.RemoveImage(t.Context(), "tmp:latest"))
		t.Cleanup(e.StopAll)
		return e
	}
	enginetest.Run(t, open, enginetest.Options{Image: image, Virtual: true})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// program plays the suite's program, enginetest/app.
func program(p *sim.Process) int {
	args := append(p.Args[1:len(p.Args):len(p.Args)], "", "")
	switch args[0] {
	case "serve", "stubborn":
		fmt.Fprintln(p.Stdout, "ready")
		for {
			select {
			case signal := <-p.Signals:
				if signal == "SIGTERM" && args[0] == "serve" {
					return 0
				}
				if signal == "SIGQUIT" {
					return 2
				}
			case <-p.Killed:
				return 137
			}
		}
	case "exit":
		fmt.Fprintln(p.Stdout, "out")
		fmt.Fprintln(p.Stderr, "err")
		code, _ := strconv.Atoi(args[1])
		return code
	case "cat":
		_, _ = io.Copy(p.Stdout, p.Stdin)
		return 0
	case "echo":
		fmt.Fprintln(p.Stdout, strings.Join(p.Args[2:], " "))
		return 0
	}
	return 2
}
