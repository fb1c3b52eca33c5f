package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/label"
)

// build builds a program as it is built for people: static, since recipe is its own helper on the engine.
func build(t testing.TB, name, pkg string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w -X main.version=v0.1.0-test", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", pkg, err, out)
	}
	return path
}

const app = "../../builtins/engine/enginetest/app"

// TestScripts runs what needs no engine. UPDATE_SCRIPTS rewrites what they compare with.
func TestScripts(t *testing.T) {
	t.Parallel()
	recipe := build(t, "recipe", ".")
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", Cmds: commands(), UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			base(env, recipe)
			return nil
		},
	})
}

// TestScriptsOnEngine runs what needs one. Each script has names and ports of its own, and whatever it leaves
// behind is removed.
func TestScriptsOnEngine(t *testing.T) {
	t.Parallel()
	e := enginetest.Docker(t)
	recipe, app := build(t, "recipe", "."), build(t, "app", app)
	t.Cleanup(func() { forget(t, e, recipe) })
	proxy := proxyImage(t, e)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/engine", Cmds: commands(),
		Setup: func(env *testscript.Env) error {
			name, edge := "t"+unique(), "e"+unique()
			base(env, recipe)
			for key, value := range map[string]string{
				"APP": app, "NAME": name, "PORT": freePort(t), "PORT2": freePort(t),
				"RECIPE_EDGE": edge, "RECIPE_PROXY_IMAGE": proxy, "DOCKER_HOST": e.Host(), "RECIPE_VAR_name": name,
			} {
				env.Setenv(key, value)
			}
			env.Defer(func() {
				sweep(t, e, map[string]string{label.Recipe: name})
				sweep(t, e, map[string]string{label.Recipe: name + "-two"})
				sweep(t, e, map[string]string{label.Edge: edge})
				sweep(t, e, map[string]string{label.Edge: edge + "-two"})
			})
			return nil
		},
	})
}

func base(env *testscript.Env, recipe string) {
	env.Setenv("PATH", filepath.Dir(recipe)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("NO_COLOR", "1")
}

// commands are what scripts have besides testscript's own:
//
//	exits CODE PROGRAM ARG...   runs a program that must end with the code
//	serves PORT TEXT            asks the port until the answer has the text
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "serves": serves}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("it ended with code %d, want %s", code, args[0])
	}
}

func serves(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serves PORT TEXT")
	}
	url := "http://127.0.0.1:" + args[0] + "/"
	got, err := get(url)
	for end := time.Now().Add(10 * time.Second); !strings.Contains(got, args[1]) && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
		got, err = get(url)
	}
	if !strings.Contains(got, args[1]) {
		ts.Fatalf("port %s answers %q, %v; want %q", args[0], got, err, args[1])
	}
}
