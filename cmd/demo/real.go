package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/load"
	"github.com/deployrecipe/recipe/cmd/internal/run"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

const (
	namePrefix = "hello-demo"
	edgeName   = "recipe-demo-edge"
	// drainLimit is that of the example's switchover.
	drainLimit = 10 * time.Second
)

// real plays on an engine, by the tool itself.
type real struct {
	engine *docker.Engine
	tool   string // the path of recipe
	dir    string
	port   int
	proxy  string // HAProxy's image, empty for the tool's default
}

// newReal builds the tool, and clears away what an interrupted run has left.
func newReal(ctx context.Context, engine *docker.Engine, root, dir string) (*real, error) {
	r := &real{engine: engine, dir: dir, proxy: stage.ProxyImage(ctx, engine)}
	info, err := engine.Info(ctx)
	if err != nil {
		return nil, err
	}
	if err := stage.App(ctx, root, info.Arch, filepath.Join(dir, "server")); err != nil {
		return nil, err
	}
	if r.tool, err = stage.Tool(ctx, root); err != nil {
		return nil, err
	}
	if err := r.clear(ctx); err != nil {
		return nil, fmt.Errorf("clearing away what an earlier demo has left: %w", err)
	}
	r.port, err = stage.FreePort(8080)
	return r, err
}

func (r *real) about() string { return "The engine is " + r.engine.Host() + "." }

func (r *real) env() []string {
	return append(stage.ProxyEnv(r.proxy), "RECIPE_EDGE="+edgeName, fmt.Sprintf("RECIPE_VAR_port=%d", r.port))
}

func (r *real) recipe(ctx context.Context, out io.Writer, args ...string) error {
	return run.Command{Dir: r.dir, Env: r.env(), Stdout: out, Stderr: os.Stderr}.Do(ctx, r.tool, args...)
}

func (r *real) url() string { return fmt.Sprintf("http://127.0.0.1:%d", r.port) }

func (r *real) use(ctx context.Context, rate float64) (users, error) {
	return load.Start(ctx, load.Options{URL: r.url(), Rate: rate, Duration: 10 * time.Minute, Drain: drainLimit})
}

func (r *real) ask(ctx context.Context, path string) (url, answer string, err error) {
	url = r.url() + path
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return url, "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return url, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return url, strings.TrimSpace(string(body)), err
}

func (r *real) clear(ctx context.Context) error {
	var said bytes.Buffer
	c := run.Command{Dir: r.dir, Env: r.env(), Stdout: &said, Stderr: &said}
	if err := c.Do(ctx, r.tool, "destroy", "--auto-approve", "--lock-timeout", "1m"); err != nil {
		return fmt.Errorf("recipe destroy: %w\n%s", err, &said)
	}
	own, err := stage.Leftovers(ctx, r.engine, namePrefix)
	shared, more := stage.Leftovers(ctx, r.engine, edgeName)
	if err := errors.Join(err, more); err != nil {
		return err
	}
	if left := append(own, shared...); len(left) > 0 {
		return fmt.Errorf("these are left over: %q", left)
	}
	return nil
}
