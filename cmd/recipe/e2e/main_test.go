package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// built is where the program and the example app are, once a test has asked for them.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// lanes is how many tests run at once, at least: they wait more than they work.
const lanes = 3

func TestMain(m *testing.M) {
	flag.Parse()
	if runtime.GOMAXPROCS(0) < lanes && flag.Lookup("test.parallel").Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = flag.Set("test.parallel", strconv.Itoa(lanes))
	}
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// program is the path of the program, built as a release is.
func program(t testing.TB) string { return filepath.Join(binaries(t), "recipe") }

// server is the path of the example app.
func server(t testing.TB) string { return filepath.Join(binaries(t), "server") }

// binaries builds both once a run, for the engine's architecture: the program is its own helper there.
func binaries(t testing.TB) string {
	t.Helper()
	e := enginetest.Docker(t)
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "recipe-e2e-"); built.err != nil {
			return
		}
		info, err := e.Info(context.Background())
		if err != nil {
			built.err = err
			return
		}
		root, err := stage.Root(context.Background())
		if err != nil {
			built.err = err
			return
		}
		if built.err = stage.App(context.Background(), root, info.Arch, filepath.Join(built.dir, "server")); built.err != nil {
			return
		}
		for name, source := range map[string]string{"recipe": "./cmd/recipe", "forward": "./cmd/recipe/e2e/forward"} {
			build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(built.dir, name), source)
			build.Dir = root
			build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+info.Arch)
			if output, err := build.CombinedOutput(); err != nil {
				built.err = fmt.Errorf("building %s: %w\n%s", source, err, output)
				return
			}
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.dir
}
