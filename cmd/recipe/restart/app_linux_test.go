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

	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
	"github.com/deployrecipe/recipe/eval/event"
)

// app is the recipe of testdata on a machine of its own.
type app struct {
	*machine
	recipe, tool string
	env          []string
}

// deployed is an app whose first release is kept, stopped, and whose second one serves. The test runs beside
// others.
func deployed(t *testing.T) *app {
	t.Helper()
	needs(t)
	t.Parallel()
	a := &app{machine: newMachine(t), recipe: t.TempDir()}
	a.build()
	a.on()
	a.bringProxy()
	for release, text := range []string{"r1", "r2"} {
		a.must(0, "apply", "--auto-approve", "--var", "release="+text)
		a.Logf("release %d is applied", release+1)
	}
	return a
}

// build makes the program as a release of it is made, and the recipe's directory.
func (a *app) build() {
	a.Helper()
	root, err := stage.Root(a.Context())
	if err != nil {
		a.Fatal(err)
	}
	a.tool = filepath.Join(a.dir, "recipe")
	build := exec.CommandContext(a.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", a.tool, "./cmd/recipe")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		a.Fatalf("building recipe: %v\n%s", err, said)
	}
	if err := stage.App(a.Context(), root, runtime.GOARCH, filepath.Join(a.recipe, "server")); err != nil {
		a.Fatal(err)
	}
	for name, from := range map[string]string{
		"page.html": filepath.Join(root, stage.Example, "page.html"), "recipe.hcl": filepath.Join("testdata", "recipe.hcl"),
	} {
		text, err := os.ReadFile(from)
		if err != nil {
			a.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(a.recipe, name), text, 0o644); err != nil {
			a.Fatal(err)
		}
	}
}

// bringProxy copies the edge's image from the engine that tests use elsewhere: the machine has no network that
// leads anywhere.
func (a *app) bringProxy() {
	a.Helper()
	e := enginetest.Docker(a)
	image := stage.ProxyImage(a.Context(), e)
	if image == "" {
		image = "haproxy:3.2-alpine" // the tool's own choice
		if _, err := e.Pull(a.Context(), image, "", nil); err != nil {
			a.Fatal(err)
		}
	}
	save := exec.CommandContext(a.Context(), "docker", "--host", e.Host(), "save", image)
	load := exec.CommandContext(a.Context(), "docker", "--host", a.host(), "load")
	var said bytes.Buffer
	save.Stderr, load.Stdout, load.Stderr = &said, &said, &said
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
		a.Fatalf("copying %s to the machine's engine: %v\n%s", image, err, &said)
	}
	a.env = []string{"RECIPE_PROXY_IMAGE=" + image, "RECIPE_EDGE=edge", "DOCKER_HOST=" + a.host(), "DOCKER_CONTEXT=", "NO_COLOR=1"}
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
// to end with an error for people, which is returned.
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
	reached := false
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
		}
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); !reached || code != 1 || !strings.HasPrefix(strings.TrimSpace(stderr.String()), "Error: ") {
		a.Fatalf("reached %q: %t; exit code %d\n%s%s", title, reached, code, &said, &stderr)
	}
	return stderr.String()
}
