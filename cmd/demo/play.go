package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/deployrecipe/recipe/cmd/internal/run"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// play shows everything, in acts.
func (d *demo) play(ctx context.Context) error {
	d.note("The engine is %s, the app is a copy of %s.", d.engine.Host(), stage.Example)
	d.command("cd %s", d.dir)
	d.command("export %s", strings.Join(d.env, " "))
	for _, act := range []struct {
		title string
		play  func(context.Context) error
	}{
		{"What the first apply would do", d.planFirst},
		{"Release 1", d.applyFirst},
		{"A change of the page", d.planChange},
		{"Release 2, while clients use the app", d.applyChange},
		{"Back to release 1, while clients use the app", d.rollback},
		{"Everything away again", d.destroy},
	} {
		d.heading(act.title)
		if err := act.play(ctx); err != nil {
			return err
		}
	}
	return d.verdict()
}

func (d *demo) planFirst(ctx context.Context) error {
	return d.recipe(ctx, "plan", "--var", "release=1")
}

func (d *demo) applyFirst(ctx context.Context) error {
	if err := d.apply(ctx, "release=1"); err != nil {
		return err
	}
	return d.look(ctx)
}

func (d *demo) planChange(ctx context.Context) error {
	d.command("sed -i 's/<h1>Hello.</<h1>Hello again.</' " + pageFile)
	if err := d.edit(pageFile, "<h1>Hello.<", "<h1>Hello again.<"); err != nil {
		return err
	}
	return d.recipe(ctx, "plan", "--var", "release=2")
}

func (d *demo) applyChange(ctx context.Context) error {
	return d.underLoad(ctx, "1", "2", func() error { return d.apply(ctx, "release=2") })
}

func (d *demo) rollback(ctx context.Context) error {
	return d.underLoad(ctx, "2", "1", func() error { return d.recipe(ctx, "rollback", "--auto-approve") })
}

func (d *demo) destroy(ctx context.Context) error { return d.recipe(ctx, "destroy", "--auto-approve") }

// verdict sums up.
func (d *demo) verdict() error {
	d.heading("That was one deploy and one rollback")
	d.count(d.asked, d.lost, 0)
	if d.lost > 0 {
		return fmt.Errorf("%d requests failed", d.lost)
	}
	return nil
}

// apply carries out the plan that was shown last.
func (d *demo) apply(ctx context.Context, variable string) error {
	rest := &afterPlan{out: d.out}
	defer rest.flush()
	return d.recipeTo(ctx, rest, "apply", "--auto-approve", "--var", variable)
}

// recipe runs the tool where the watcher can see it.
func (d *demo) recipe(ctx context.Context, args ...string) error {
	return d.recipeTo(ctx, d.out, args...)
}

func (d *demo) recipeTo(ctx context.Context, out io.Writer, args ...string) error {
	d.command("recipe %s", strings.Join(args, " "))
	c := run.Command{Dir: d.dir, Env: d.env, Stdout: out, Stderr: os.Stderr}
	if err := c.Do(ctx, d.tool, args...); err != nil {
		return fmt.Errorf("recipe %s: %w", args[0], err)
	}
	return nil
}

// clear removes, without a word, whatever this or an earlier run has made.
func (d *demo) clear(ctx context.Context) error {
	var said bytes.Buffer
	c := run.Command{Dir: d.dir, Env: d.env, Stdout: &said, Stderr: &said}
	if err := c.Do(ctx, d.tool, "destroy", "--auto-approve", "--lock-timeout", "1m"); err != nil {
		return fmt.Errorf("recipe destroy: %w\n%s", err, &said)
	}
	own, err := stage.Leftovers(ctx, d.engine, prefix)
	shared, more := stage.Leftovers(ctx, d.engine, edge)
	if err := errors.Join(err, more); err != nil {
		return err
	}
	if left := append(own, shared...); len(left) > 0 {
		return fmt.Errorf("these are left over: %q", left)
	}
	return nil
}
