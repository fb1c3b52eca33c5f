package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

const (
	exampleName = `name = "hello"`      // as the example's recipe says it
	demoName    = `name = "hello-demo"` // lest an app that somebody deployed from the example is taken for ours
	prefix      = "hello-demo"
	edge        = "recipe-demo-edge"
)

// errNoEngine says that there is nothing to deploy to.
var errNoEngine = errors.New("no Docker engine can be had, and the demo needs one; \"make setup\" says what to install")

// demo is one run.
type demo struct {
	*screen
	engine *docker.Engine
	tool   string   // the path of recipe
	dir    string   // of the app's copy
	port   int      // the app's
	env    []string // of recipe
	rate   float64
	lost   int // requests that failed so far
	asked  int // requests so far
}

// prepare builds and finds what the demo needs, and clears away what an interrupted run has left.
func prepare(ctx context.Context, rate float64) (*demo, error) {
	d := &demo{screen: newScreen(os.Stdout), rate: rate}
	var err error
	if d.engine, err = docker.Open(ctx, docker.Options{}); err != nil {
		return nil, errors.Join(errNoEngine, err)
	}
	d.note("Building recipe and the example app ...")
	root, err := stage.Root(ctx)
	if err != nil {
		return nil, err
	}
	if d.tool, err = stage.Tool(ctx, root); err != nil {
		return nil, err
	}
	if err := d.copyExample(ctx, root); err != nil {
		return nil, err
	}
	d.env = append(stage.ProxyEnv(stage.ProxyImage(ctx, d.engine)), "RECIPE_EDGE="+edge)
	if err := d.clear(ctx); err != nil {
		return nil, fmt.Errorf("clearing away what an earlier demo has left: %w", err)
	}
	if d.port, err = stage.FreePort(8080); err != nil {
		return nil, err
	}
	d.env = append(d.env, fmt.Sprintf("RECIPE_VAR_port=%d", d.port))
	return d, nil
}

// copyExample copies what the image and the recipe are made of, and builds the app's server beside it.
func (d *demo) copyExample(ctx context.Context, root string) error {
	dir, err := stage.Dir("recipe-demo")
	if err != nil {
		return err
	}
	d.dir = dir
	for _, name := range []string{recipeFile, ".dockerignore", pageFile} {
		text, err := os.ReadFile(filepath.Join(root, stage.Example, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	if err := d.edit(recipeFile, exampleName, demoName); err != nil {
		return err
	}
	info, err := d.engine.Info(ctx)
	if err != nil {
		return err
	}
	return stage.App(ctx, root, info.Arch, filepath.Join(dir, "server"))
}

// The files of the example that the demo changes.
const (
	recipeFile = "recipe.hcl"
	pageFile   = "page.html"
)

// edit replaces a text that stands in a file of the copy, once.
func (d *demo) edit(name, old, new string) error {
	path := filepath.Join(d.dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if strings.Count(string(text), old) != 1 {
		return fmt.Errorf("%s does not have %q in it once, as the demo expects", path, old)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o644)
}
