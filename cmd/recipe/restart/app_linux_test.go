package restart

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
	"github.com/deployrecipe/recipe/eval/event"
)

// app is the recipe of testdata on a machine of its own.
type app struct {
	*machine
	programs
	recipe string // its directory
	env    []string
}

// programs are the files that tests play with, as they are built from this checkout.
type programs struct{ tool, server, page string }

// build makes the program as a release of it is made, and the example app.
func build(t *testing.T) programs {
	t.Helper()
	root, err := stage.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := programs{filepath.Join(dir, "recipe"), filepath.Join(dir, "server"), filepath.Join(root, stage.Example, "page.html")}
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", p.tool, "./cmd/recipe")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building recipe: %v\n%s", err, said)
	}
	if err := stage.App(t.Context(), root, runtime.GOARCH, p.server); err != nil {
		t.Fatal(err)
	}
	return p
}

// deployed is an app whose first release is kept, stopped, and whose second one serves.
func deployed(t *testing.T, p programs) *app {
	t.Helper()
	a := &app{machine: newMachine(t), programs: p}
	a.recipe = filepath.Join(a.dir, "recipe")
	if err := os.Mkdir(a.recipe, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{"server": p.server, "page.html": p.page, "recipe.hcl": "testdata/recipe.hcl"} {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(a.recipe, name), content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	a.on()
	a.bringProxy()
	a.must(0, "apply", "--auto-approve", "--var", "release=r1", "--var", "worker=w1")
	a.must(0, "apply", "--auto-approve", "--var", "release=r2")
	a.doors()
	return a
}

// bringProxy copies the edge's image from the engine that tests use elsewhere: the machine has no network that
// leads anywhere.
func (a *app) bringProxy() {
	a.Helper()
	e := enginetest.Docker(a)
	image := stage.ProxyImage(a.Context(), e)
	if image == "" {
		image = edge.DefaultImage
		if _, err := e.Pull(a.Context(), image, "", nil); err != nil {
			a.Fatal(err)
		}
	}
	save := exec.CommandContext(a.Context(), "docker", "--host", e.Host(), "save", image)
	load := exec.CommandContext(a.Context(), "docker", "--host", a.host(), "load")
	var saving, loading bytes.Buffer
	save.Stderr, load.Stdout, load.Stderr = &saving, &loading, &loading
	var err error
	if load.Stdin, err = save.StdoutPipe(); err != nil {
		a.Fatal(err)
	}
	if err = save.Start(); err == nil {
		if err = load.Run(); err == nil {
			err = save.Wait()
		}
	}
	if err != nil {
		a.Fatalf("copying %s to the machine's engine: %v\n%s%s", image, err, &saving, &loading)
	}
	a.env = []string{"RECIPE_PROXY_IMAGE=" + image, "RECIPE_EDGE=edge", "DOCKER_HOST=" + a.host(), "NO_COLOR=1"}
}

// command is a run of the program that is still to be started.
func (a *app) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(a.Context(), a.tool, args...)
	cmd.Dir = a.recipe
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "RECIPE_") && !strings.HasPrefix(entry, "DOCKER_") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(cmd.Env, a.env...)
	return cmd
}

// must runs the program, which has to end with the code, and returns what it wrote.
func (a *app) must(code int, args ...string) string {
	a.Helper()
	cmd := a.command(args...)
	said, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		a.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		a.Fatalf("recipe %s: exit code %d, not %d\n%s", strings.Join(args, " "), got, code, said)
	}
	return string(said)
}

// settled checks that nothing is left to do for a release.
func (a *app) settled(release string) {
	a.Helper()
	if said := a.must(0, "plan", "--detailed-exitcode", "--var", "release="+release); !strings.HasPrefix(said, "No changes.") {
		a.Errorf("the plan is not empty:\n%s", said)
	}
}

// interrupted begins to apply a release and does something when the step with such a title begins. The apply has
// to end with an error for people soon, which is returned.
func (a *app) interrupted(release, title string, do func()) string {
	a.Helper()
	cmd := a.command("apply", "--auto-approve", "--json", "--var", "release="+release)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		a.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		a.Fatal(err)
	}
	reached, since := false, time.Now()
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var e event.Event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Type == "plan" {
			continue
		}
		fmt.Fprintln(&said, e.Type, e.Title, e.Text)
		if !reached && e.Type == event.StepStarted && strings.HasPrefix(e.Title, title) {
			reached = true
			do()
			since = time.Now()
		}
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); !reached || code != 1 || !strings.HasPrefix(strings.TrimSpace(stderr.String()), "Error: ") {
		a.Fatalf("reached %q: %t; exit code %d\n%s%s", title, reached, code, &said, &stderr)
	}
	if took := time.Since(since); took > 30*time.Second {
		a.Errorf("it took the apply %s to see that the engine is gone", took)
	} else {
		a.Logf("the apply ended after %.1f s", took.Seconds())
	}
	return stderr.String()
}
