// Package stage prepares what the demo and the benchmark play on: the tool and the example app, built from this
// checkout, an image for the edge, and a free port.
package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/deployrecipe/recipe/cmd/internal/run"
)

// Example is the example app's directory, below the checkout: a module of its own, so that it can be copied away.
const Example = "recipes/examples/hello"

// Root finds the checkout that the current directory is in.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("asking go for the module: %w", err)
	}
	mod := strings.TrimSpace(string(out))
	if filepath.Base(mod) != "go.mod" {
		return "", errors.New("the current directory is not in a checkout of recipe")
	}
	return filepath.Dir(mod), nil
}

// Tool builds recipe as a release is built, and returns its path.
func Tool(ctx context.Context, root string) (string, error) {
	out := filepath.Join(root, "bin", "recipe")
	flags := "-s -w"
	if version, err := exec.CommandContext(ctx, "git", "-C", root, "describe", "--tags", "--always", "--dirty").Output(); err == nil {
		flags += " -X main.version=" + strings.TrimSpace(string(version))
	}
	return out, goBuild(ctx, root, nil, "-ldflags", flags, "-o", out, "./cmd/recipe")
}

// App builds the example's server for an engine's architecture.
func App(ctx context.Context, root, arch, out string) error {
	return goBuild(ctx, filepath.Join(root, Example), []string{"GOOS=linux", "GOARCH=" + arch}, "-ldflags", "-s -w", "-o", out, ".")
}

func goBuild(ctx context.Context, dir string, env []string, args ...string) error {
	var said bytes.Buffer
	c := run.Command{Dir: dir, Env: append([]string{"CGO_ENABLED=0"}, env...), Stdout: &said, Stderr: &said}
	if err := c.Do(ctx, "go", append([]string{"build", "-trimpath"}, args...)...); err != nil {
		return fmt.Errorf("building %s: %w\n%s", args[len(args)-1], err, &said)
	}
	return nil
}
