package main

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// TestMain is what the program itself does when it is to measure: the tests run it again for that.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == measureWord {
		os.Exit(measureChild(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// A floor that loses requests, or does not drain, is none: it would be too quick.
func TestFloorLosesNothing(t *testing.T) {
	b := &bench{options: options{rate: 200}, engine: enginetest.Docker(t), dir: t.TempDir()}
	if b.proxy = stage.ProxyImage(t.Context(), b.engine); b.proxy == "" {
		t.Skip("needs an image of HAProxy: run make setup")
	}
	root, err := stage.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.root = root
	clear := func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := errors.Join(b.clearFloor(ctx), b.engine.RemoveImage(ctx, appImage)); err != nil {
			t.Error(err)
		}
	}
	clear()
	t.Cleanup(clear)
	if err := b.importApp(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := b.newFloor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.deploy(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		got, err := b.round(t.Context(), f, n)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", got)
		if got.Failed > 0 || got.Wall < boot+drain || got.First < boot {
			t.Errorf("release %d: %d failed, took %s, first answer after %s", n, got.Failed, got.Wall, got.First)
		}
	}
}
