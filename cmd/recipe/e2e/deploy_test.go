package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// deploy is a recipe under test: its directory, and its name, edge and ports, which nobody else has.
type deploy struct {
	*testing.T
	engine     *docker.Engine
	dir        string
	name, edge string
	port, tcp  int
	env        []string // beside what every run gets
	tool       string
}

// newDeploy makes a directory for a recipe with the example app's binary in it, and clears all away in the end.
func newDeploy(t *testing.T) *deploy {
	t.Helper()
	id := strings.ToLower(rand.Text()[:10])
	d := &deploy{T: t, engine: enginetest.Docker(t), dir: t.TempDir(), name: "e2e-" + id, edge: "e2e-edge-" + id, tool: program(t)}
	d.port, d.tcp = freePort(t), freePort(t)
	if err := linkOrCopy(server(t), filepath.Join(d.dir, "server")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.clear)
	return d
}

// linkOrCopy has a file at another place too.
func linkOrCopy(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o755)
}

// ports are handed out once a process, from a place of its own, below those that outgoing connections take.
var ports = struct {
	sync.Mutex
	next int
}{next: 20000 + mathrand.IntN(9000)}

func freePort(t testing.TB) int {
	t.Helper()
	ports.Lock()
	defer ports.Unlock()
	port, err := stage.FreePort(ports.next)
	if err != nil {
		t.Fatal(err)
	}
	ports.next = port + 1
	return port
}

// write puts a file into the recipe's directory.
func (d *deploy) write(name, text string) {
	d.Helper()
	path := filepath.Join(d.dir, name)
	_ = os.Remove(path) // it may be a link to what all tests share
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		d.Fatal(err)
	}
}

// outcome is how a run of the program ended.
type outcome struct {
	args           []string
	code           int
	stdout, stderr string
}

func (o outcome) String() string {
	return fmt.Sprintf("recipe %s: exit code %d\n--- standard output\n%s--- standard error\n%s---",
		strings.Join(o.args, " "), o.code, o.stdout, o.stderr)
}

// run runs the program in the recipe's directory to its end.
func (d *deploy) run(args ...string) outcome {
	d.Helper()
	var stdout, stderr bytes.Buffer
	cmd := d.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.Fatalf("running recipe %s: %v", strings.Join(args, " "), err)
	}
	return outcome{args, cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// command is a run of the program that is still to be started. It does not outlive the test.
func (d *deploy) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(d.Context(), d.tool, args...)
	cmd.Dir = d.dir
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "RECIPE_VAR_") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(cmd.Env, "RECIPE_EDGE="+d.edge, "NO_COLOR=1")
	cmd.Env = append(cmd.Env, stage.ProxyEnv(stage.ProxyImage(d.Context(), d.engine))...)
	cmd.Env = append(cmd.Env, d.env...)
	return cmd
}

// must runs the program, which has to end with the exit code.
func (d *deploy) must(code int, args ...string) outcome {
	d.Helper()
	o := d.run(args...)
	if o.code != code {
		d.Fatalf("the exit code is %d, not %d\n%s", o.code, code, o)
	}
	return o
}

// apply applies the recipe, which has to succeed.
func (d *deploy) apply(args ...string) outcome {
	d.Helper()
	return d.must(0, append([]string{"apply", "--auto-approve"}, args...)...)
}

// settled checks that nothing is left to do.
func (d *deploy) settled() {
	d.Helper()
	if o := d.run("plan", "--detailed-exitcode"); o.code != 0 || !strings.HasPrefix(o.stdout, "No changes.") {
		d.Errorf("a plan after an apply is not empty\n%s", o)
	}
}

// serves checks which release answers at the recipe's port.
func (d *deploy) serves(release string) {
	d.Helper()
	if got, err := answer(d.port, "/release"); err != nil || got != release {
		d.Errorf("release %q answers (%v), not %q", got, err, release)
	}
}

// answer gets a path from a port of this machine, once.
func answer(port int, path string) (body string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", port, path), nil)
	if err != nil {
		return "", err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return strings.TrimSpace(string(text)), err
}
