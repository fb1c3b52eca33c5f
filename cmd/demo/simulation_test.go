package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// The whole demo, in virtual time.
func TestOnTheSimulator(t *testing.T) {
	root, err := stage.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	synctest.Test(t, func(t *testing.T) {
		d := &demo{screen: newScreen(out), dir: dir, rate: 200}
		if err := d.copyExample(root); err != nil {
			t.Fatal(err)
		}
		if d.place, err = newSimulation(dir, d.screen, nil); err != nil {
			t.Fatal(err)
		}
		if err := d.play(t.Context()); err != nil {
			t.Error(err)
		}
		if err := d.place.clear(t.Context()); err != nil {
			t.Error(err)
		}
	})
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	counts := regexp.MustCompile(`(?m)^requests: \d{3,}, failed: 0$`).FindAll(text, -1)
	if len(counts) != 3 || strings.Contains(string(text), "\x1b") {
		t.Errorf("%d times nothing failed, want 3:\n%s", len(counts), text)
	}
	for _, want := range []string{
		"$ recipe plan --var release=1", "$ curl http://127.0.0.1:8080/release\n1\n", "env.RELEASE  \"1\" -> \"2\"",
		"Applied in ", "  1.00 s  ----------------------------------------    0%", "########################################  100%",
		"Rolled back in ", "Destroyed in ",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}
