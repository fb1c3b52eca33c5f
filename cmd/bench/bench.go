package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

type options struct {
	rounds int
	rate   float64 // requests a second
	json   bool
	brief  bool // the deploys, and what has nothing to do
}

// prefix begins the names of all that a run makes on the engine, images apart.
const prefix = "recipe-bench"

// bench is a run: what it found and built.
type bench struct {
	options
	engine *docker.Engine
	root   string // the checkout
	tool   string // the path of recipe
	proxy  string // HAProxy's image
	dir    string
}

// runAll prepares, measures, prints, and clears away. After an interruption the clearing runs on, until stop has
// given Ctrl-C its usual meaning back and it comes again.
func runAll(ctx context.Context, stop func(), o options) (err error) {
	b := &bench{options: o}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	defer b.engine.Close()
	defer func() {
		stop()
		b.say("removing what was made")
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Minute)
		defer cancel()
		err = errors.Join(err, b.clear(limited))
	}()
	r, err := b.measure(ctx)
	if err != nil {
		return err
	}
	if err := r.print(os.Stdout, o.json); err != nil {
		return err
	}
	if lost := r.Ours.failed() + r.Floor.failed(); lost > 0 {
		return fmt.Errorf("%d requests failed", lost)
	}
	return nil
}

// say tells what goes on to whoever watches; results alone go to standard output.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}

// prepare makes what a whole run needs.
func (b *bench) prepare(ctx context.Context) error {
	for _, name := range []string{"bash", "docker"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("the floor is a script that needs %s, and there is none: run \"make setup\"", name)
		}
	}
	if err := b.build(ctx); err != nil {
		return err
	}
	if b.proxy = stage.ProxyImage(ctx, b.engine); b.proxy == "" {
		return errors.New("there is no image of HAProxy: run \"make setup\", or name one by RECIPE_PROXY_IMAGE")
	}
	if err := b.writeRecipes(); err != nil {
		return err
	}
	if err := b.clear(ctx); err != nil { // what an interrupted run has left
		return err
	}
	return b.importApp(ctx)
}

// build connects to the engine and builds the tool.
func (b *bench) build(ctx context.Context) (err error) {
	if b.engine, err = stage.Engine(ctx); err != nil {
		return fmt.Errorf("%w\nThis can be measured on a real engine only: run \"make setup\"", err)
	}
	b.say("building")
	if b.root, err = stage.Root(ctx); err != nil {
		return err
	}
	if b.tool, err = stage.Tool(ctx, b.root); err != nil {
		return err
	}
	b.dir, err = stage.Dir(prefix)
	return err
}

// measure takes all measurements.
func (b *bench) measure(ctx context.Context) (*results, error) {
	ours, err := b.newOurs()
	if err != nil {
		return nil, err
	}
	floor, err := b.newFloor(ctx)
	if err != nil {
		return nil, err
	}
	r := &results{Rate: b.rate, Rounds: b.rounds}
	if err := b.deploys(ctx, ours, floor, r); err != nil {
		return nil, err
	}
	if r.Rows, err = b.idle(ctx, ours); err != nil || b.brief {
		return r, err
	}
	if r.Switches, err = b.switches(ctx, ours); err != nil {
		return nil, err
	}
	fifty, err := b.many(ctx)
	if r.Rows = append(r.Rows, fifty...); err != nil {
		return nil, err
	}
	if r.Plans, err = b.plans(ctx); err != nil {
		return r, err
	}
	b.say("the language")
	r.Language, err = language(ctx)
	return r, err
}

// clear removes everything that any run has made.
func (b *bench) clear(ctx context.Context) error {
	err := errors.Join(b.destroy(ctx, webDir), b.destroy(ctx, manyDir), b.destroy(ctx, heldDir), b.clearFloor(ctx), b.engine.RemoveImage(ctx, appImage),
		b.engine.RemoveVolume(ctx, prefix+"-held-data"), // a destroy leaves data
		b.engine.RemoveVolume(ctx, prefix+"-edge"))      // of an edge whose container went with its engine
	left, listing := stage.Leftovers(ctx, b.engine, prefix)
	if err = errors.Join(err, listing); err == nil && len(left) > 0 {
		err = fmt.Errorf("these are left over: %q", left)
	}
	return err
}
