// Package helpertest opens helper sessions for tests: with a small static binary, names that no other test
// has, and everything removed at the end, also of a test that failed.
package helpertest

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/state"
)

// Recipe is a recipe that no other test has; what a session makes for it goes away with the test.
func Recipe(t testing.TB, e engine.Engine) state.Recipe {
	t.Helper()
	r := state.Recipe{Name: Name("t"), Origin: "test"}
	t.Cleanup(func() { sweep(t, e, map[string]string{label.Recipe: r.Name}) })
	return r
}

// Edge is the name of an edge that no other test has; container and volume go away with the test.
func Edge(t testing.TB, e engine.Engine) string {
	t.Helper()
	name := Name("e")
	t.Cleanup(func() { sweep(t, e, map[string]string{label.Edge: name}) })
	return name
}

// Name is a name that no other test has.
func Name(prefix string) string { return prefix + strings.ToLower(rand.Text()[:10]) }

// Binary builds the helper, static, for the engine's architecture.
func Binary(t testing.TB, e engine.Reader) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	info, err := e.Info(ctx)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "helper")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path,
		"github.com/deployrecipe/recipe/builtins/helper/helpertest/serve")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+info.Arch, "GOFLAGS=")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the helper: %v\n%s", err, output)
	}
	return path
}

// Options are what a test's session is opened with. The helper's image goes away with the last test that uses
// it at the time.
func Options(t testing.TB, e engine.Engine, r state.Recipe, edge string) helper.Options {
	t.Helper()
	binary := Binary(t, e)
	ref, err := helper.Image(binary)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		sweep(t, e, map[string]string{label.Recipe: r.Name}) // its containers are made from the image
		removeImage(t, e, ref)
	})
	return helper.Options{Recipe: r, Edge: edge, Host: true, Who: "tester@" + r.Name, Binary: binary, Command: []string{}}
}

// removeImage also removes what lost its name to the same image, brought by another test at the same time.
func removeImage(t testing.TB, e engine.Engine, ref string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	images, err := e.Images(ctx, map[string]string{label.Role: helper.RoleHelper})
	if err != nil {
		t.Errorf("cleaning up: %v", err)
	}
	refs := []string{ref}
	for _, image := range images {
		if len(image.Tags) == 0 {
			refs = append(refs, image.ID)
		}
	}
	for _, ref := range refs {
		err := e.RemoveImage(ctx, ref)
		if err == nil || errors.Is(err, engine.ErrInUse) {
			continue
		}
		if _, look := e.Image(ctx, ref); !errors.Is(look, engine.ErrNotFound) { // else another test was faster
			t.Errorf("cleaning up: %v", err)
		}
	}
}

// Open opens a session that the end of the test closes.
func Open(t testing.TB, e engine.Engine, o helper.Options) *helper.Session {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := helper.Open(ctx, e, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// sweep removes the containers, networks and volumes with the labels.
func sweep(t testing.TB, e engine.Engine, labels map[string]string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var errs []error
	containers, err := e.Containers(ctx, labels)
	errs = append(errs, err)
	for _, c := range containers {
		errs = append(errs, e.RemoveContainer(ctx, c.ID))
	}
	networks, err := e.Networks(ctx, labels)
	errs = append(errs, err)
	for _, n := range networks {
		errs = append(errs, e.RemoveNetwork(ctx, n.Name))
	}
	volumes, err := e.Volumes(ctx, labels)
	errs = append(errs, err)
	for _, v := range volumes {
		errs = append(errs, helper.RemoveUnused(ctx, e, v.Name))
	}
	if err := errors.Join(errs...); err != nil {
		t.Errorf("cleaning up: %v", err)
	}
}
