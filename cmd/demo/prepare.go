package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// demo is one run.
type demo struct {
	*screen
	place place
	dir   string // of the app's copy
	rate  float64
	lost  int // requests that failed so far
	asked int // requests so far
}

// prepare builds what the demo needs and finds where it can play.
func (d *demo) prepare(ctx context.Context, simulate bool) error {
	d.note("Building ...")
	root, err := stage.Root(ctx)
	if err != nil {
		return err
	}
	engine, noEngine := stage.Engine(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if d.dir, err = stage.Dir("recipe-demo"); err != nil {
		return err
	}
	if err := d.copyExample(root); err != nil {
		return err
	}
	if simulate || noEngine != nil {
		d.place, err = newSimulation(d.dir, d.screen, noEngine)
		return err
	}
	d.place, err = newReal(ctx, engine, root, d.dir)
	return err
}

// The files of the example that the demo changes, and how its copy calls itself, lest an app that somebody
// deployed from the example is taken for ours.
const (
	recipeFile  = "recipe.hcl"
	pageFile    = "page.html"
	exampleName = `name = "hello"`
	demoName    = `name = "hello-demo"`
)

// copyExample copies what the recipe and the image are made of, but for the app's server.
func (d *demo) copyExample(root string) error {
	for _, name := range []string{recipeFile, ".dockerignore", pageFile} {
		text, err := os.ReadFile(filepath.Join(root, stage.Example, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(d.dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return d.edit(recipeFile, exampleName, demoName)
}

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
