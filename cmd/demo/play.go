package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// play shows everything, in acts.
func (d *demo) play(ctx context.Context) error {
	d.note("%s\nThe app is a copy of %s.", d.place.about(), stage.Example)
	d.command("cd %s", d.dir)
	d.command("export %s", strings.Join(d.place.env(), " "))
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
	url, answer, err := d.place.ask(ctx, "/release")
	d.command("curl %s", url)
	if err == nil {
		d.note("%s", answer)
	}
	return err
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

// underLoad lets clients use the app from a second before a switch to a second after it, and shows how they
// fared.
func (d *demo) underLoad(ctx context.Context, from, to string, change func() error) error {
	clients, err := d.place.use(ctx, d.rate)
	if err != nil {
		return err
	}
	d.note("Clients that never retry send %g requests/s: quick ones, slow ones, on kept and on fresh connections.", d.rate)
	if wait(ctx, time.Second); ctx.Err() == nil {
		err = change()
		wait(ctx, time.Second)
	}
	clients.Stop()
	report := clients.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	d.timeline(report, from, to)
	d.count(report.Total.Attempted, report.Total.Failed, report.Total.Cut)
	for _, failure := range report.Failures {
		d.note("  %s", failure)
	}
	d.asked += report.Total.Attempted
	d.lost += report.Total.Failed
	if report.Releases[to] == 0 && err == nil {
		err = fmt.Errorf("release %s was deployed, and no client has seen it", to)
	}
	return err
}

// verdict sums up.
func (d *demo) verdict() error {
	d.heading("That was a deploy and a rollback")
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
	if err := d.place.recipe(ctx, out, args...); err != nil {
		return fmt.Errorf("recipe %s: %w", args[0], err)
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
