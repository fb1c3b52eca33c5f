package main_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/label"
)

// stand is a recipe of a test's own on an engine, and the program to work on it.
type stand struct {
	*testing.T
	engine            *docker.Engine
	recipe, dir, name string
	env               []string
}

// newStand writes the recipe, NAME and PORT in it filled in, beside a small app.
func newStand(t *testing.T, recipe string) *stand {
	t.Helper()
	e := enginetest.Docker(t)
	s := &stand{T: t, engine: e, recipe: build(t, "recipe", "."), dir: t.TempDir(), name: "t" + unique()}
	edge := "e" + unique()
	s.env = append(os.Environ(), "DOCKER_HOST="+e.Host(), "RECIPE_EDGE="+edge, "RECIPE_PROXY_IMAGE="+proxyImage(t, e), "TOKEN=sesame")
	t.Cleanup(func() {
		sweep(t, e, map[string]string{label.Recipe: s.name})
		sweep(t, e, map[string]string{label.Edge: edge})
		forget(t, e, s.recipe)
	})
	program, err := os.ReadFile(build(t, "app", app))
	need(t, err)
	need(t, os.WriteFile(filepath.Join(s.dir, "app"), program, 0o755))
	text := strings.NewReplacer("NAME", s.name, "PORT", freePort(t)).Replace(recipe)
	need(t, os.WriteFile(filepath.Join(s.dir, "recipe.hcl"), []byte(text), 0o644))
	return s
}

// process is the program, running.
type process struct {
	*stand
	cmd *exec.Cmd
	out output
}

// output gathers what a process writes to both streams.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start starts the program; stdin may be nil.
func (s *stand) start(stdin *os.File, args ...string) *process {
	s.Helper()
	p := &process{stand: s, cmd: exec.Command(s.recipe, args...)}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = s.dir, s.env, &p.out, &p.out
	if stdin != nil {
		p.cmd.Stdin = stdin
	}
	need(s, p.cmd.Start())
	return p
}

// ends waits for the program's end, which has to be with the code.
func (p *process) ends(code int) string {
	p.Helper()
	watchdog := time.AfterFunc(2*time.Minute, func() { _ = p.cmd.Process.Kill() })
	defer watchdog.Stop()
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.Fatal(err)
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.Fatalf("recipe %v ended with %d, want %d:\n%s", p.cmd.Args[1:], got, code, p.out.String())
	}
	return p.out.String()
}

// run runs the program to its end.
func (s *stand) run(code int, args ...string) string {
	s.Helper()
	return s.start(nil, args...).ends(code)
}

// atTerminal runs the program to its end with a terminal for all its streams, and gives what stands there, on one line.
func (s *stand) atTerminal(args ...string) string {
	s.Helper()
	keyboard, terminal := newTerminal(s.T)
	p := &process{stand: s, cmd: exec.Command(s.recipe, args...)}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = s.dir, s.env, terminal, terminal, terminal
	go func() { _, _ = io.Copy(&p.out, keyboard) }()
	need(s, p.cmd.Start())
	p.ends(0)
	for end := time.Now().Add(time.Minute); !strings.Contains(p.out.String(), "\n") && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond) // what it wrote last is on its way
	}
	return strings.Join(strings.Fields(p.out.String()), " ")
}

// says waits until the program has written text.
func (p *process) says(text string) {
	p.Helper()
	for end := time.Now().Add(time.Minute); !strings.Contains(p.out.String(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			_ = p.cmd.Process.Kill()
			p.Fatalf("recipe %v does not say %q:\n%s", p.cmd.Args[1:], text, p.out.String())
		}
	}
}

func (s *stand) wants(out string, texts ...string) {
	s.Helper()
	for _, text := range texts {
		if !strings.Contains(out, text) {
			s.Errorf("want %q in:\n%s", text, out)
		}
	}
}

// containers are the names and states of the recipe's containers.
func (s *stand) containers() []string {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	list, err := s.engine.Containers(ctx, map[string]string{label.Recipe: s.name, label.Addr: ""})
	need(s, err)
	var names []string
	for _, c := range list {
		names = append(names, c.Name+" "+string(c.State))
	}
	return names
}
