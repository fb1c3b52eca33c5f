package recipes_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/evaltest/golden"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// TestPlans plans and applies every recipe in this directory on the simulator: the first release, then nothing,
// and the next release where testdata has values for one. What is planned is what people would read.
func TestPlans(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, name string, first, next *state.Desired) {
		synctest.Test(t, func(t *testing.T) { release(t, name, first, next) })
	})
}

// each has a subtest for the recipe of each directory, with what its first release wants, and its next one where testdata
// has values for one.
func each(t *testing.T, test func(t *testing.T, name string, first, next *state.Desired)) {
	t.Helper()
	for _, dir := range directories(t) {
		name := strings.ReplaceAll(filepath.ToSlash(dir), "/", "-")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := desire(t, dir, values(name)...)
			var next *state.Desired
			if more := values(name + ".next"); more != nil {
				next = desire(t, dir, append(values(name), more...)...)
			}
			test(t, name, first, next)
		})
	}
}

func release(t *testing.T, name string, first, next *state.Desired) {
	w := simulated.New(simulated.Options{App: app})
	defer end(w)
	made := plan(t, w, first)
	golden.Check(t, filepath.Join("testdata", name+".txt"), text(t, made))
	apply(t, w, made)
	if again := plan(t, w, first); !again.Empty() {
		t.Errorf("after an apply there is something left to do:\n%s", text(t, again))
	}
	if next == nil {
		return
	}
	made = plan(t, w, next)
	golden.Check(t, filepath.Join("testdata", name+".next.txt"), text(t, made))
	apply(t, w, made)
}

func plan(t *testing.T, w *simulated.World, d *state.Desired) *simulated.Planned {
	t.Helper()
	p, diags, err := w.Plan(context.Background(), d, kind.Apply)
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	return p
}

func apply(t *testing.T, w *simulated.World, p *simulated.Planned) {
	t.Helper()
	if _, err := w.Apply(context.Background(), p, simulated.ApplyOptions{}); err != nil {
		t.Fatalf("%v\n%s", err, text(t, p))
	}
}

// What changes with every file of an app, or every line of a recipe, says nothing of a plan: releases and the
// contents of images, and line numbers.
var (
	digest = regexp.MustCompile(`\b([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{12}|[0-9a-f]{8})\b`)
	line   = regexp.MustCompile(`(\.hcl):[0-9]+`)
)

func text(t *testing.T, p *simulated.Planned) string {
	t.Helper()
	shown := *p.Plan
	shown.Changes = slices.Clone(shown.Changes)
	for i := range shown.Changes {
		shown.Changes[i].Texts = nil // how the edge's files look has tests of its own
	}
	var out strings.Builder
	if err := render.Text(&out, &shown, render.Options{Width: 120}); err != nil {
		t.Fatal(err)
	}
	return line.ReplaceAllString(digest.ReplaceAllString(out.String(), "DIGEST"), "$1")
}

// directories are those with a recipe in them.
func directories(t *testing.T) []string {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() == "testdata" {
			return err
		}
		if found, _ := filepath.Glob(filepath.Join(path, "*recipe.hcl")); len(found) > 0 {
			dirs = append(dirs, path)
		}
		return nil
	})
	if err != nil || len(dirs) < 5 {
		t.Fatal(dirs, err)
	}
	return dirs
}

// values are files of values for variables, none where testdata has none of the name.
func values(name string) []string {
	file := filepath.Join("testdata", name+".vars.hcl")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return []string{file}
}

// TestFormatted holds that what people copy is in canonical form.
func TestFormatted(t *testing.T) {
	t.Parallel()
	for _, dir := range directories(t) {
		files, _ := filepath.Glob(filepath.Join(dir, "*recipe.hcl"))
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if formatted, diags := syntax.Format(src, file); diags.HasErrors() || string(formatted) != string(src) {
				t.Errorf("%s is not as recipe fmt writes it: %v", file, diags)
			}
		}
	}
}

// TestTwoApps holds that the second app finds the edge of the first one and leaves it alone, and that a request
// leads to the app of its host.
func TestTwoApps(t *testing.T) {
	t.Parallel()
	notes, handbook := desire(t, "examples/two-apps/notes"), desire(t, "examples/two-apps/handbook")
	synctest.Test(t, func(t *testing.T) {
		w := simulated.New(simulated.Options{App: app})
		defer end(w)
		apply(t, w, plan(t, w, notes))
		client := w.Client(simulated.ClientOptions{Port: 80, Host: "notes.example.com"})
		second := plan(t, w, handbook)
		golden.Check(t, filepath.Join("testdata", "two-apps.txt"), text(t, second))
		apply(t, w, second)
		time.Sleep(time.Second)
		if report := client.Stop(); report.Requests == 0 || len(report.Lost) > 0 {
			t.Errorf("of %d requests for the first app these were lost: %v", report.Requests, report.Lost)
		}
	})
}

// app lets jobs end.
func app(c engine.ContainerSpec) sim.App {
	if a, err := addr.Parse(c.Labels[label.Addr]); err == nil && a.Kind == "job" {
		return sim.App{RunFor: time.Second}
	}
	return simulated.DefaultApp(c)
}

// end stops all containers; restarts that were due find nothing to do.
func end(w *simulated.World) {
	w.Close()
	time.Sleep(time.Minute)
}
