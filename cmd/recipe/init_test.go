package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// What init writes is a recipe in canonical form that plans, for an app of each kind.
func TestInitPlans(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"dockerfile": {"app/Dockerfile": "FROM scratch\nEXPOSE 4000\n"},
		"go":         {"go.mod": "module example.com/x\n", "main.go": "package main\n"},
		"ruby":       {"Gemfile": "gem 'rack'\n", "Gemfile.lock": "\n"},
		"rails":      {"Gemfile": "gem 'pg'\n", "Gemfile.lock": "\n", "config/application.rb": "\n", "config/credentials.yml.enc": "\n", "app/assets/x": "\n"},
		"pip":        {"requirements.txt": "flask\n"},
		"django":     {"requirements.txt": "django\n", "manage.py": `("DJANGO_SETTINGS_MODULE", "x.settings")`, "x/settings.py": "STATIC_ROOT\n"},
		"project":    {"pyproject.toml": "[project]\n"},
		"uv":         {"pyproject.toml": "fastapi\n", "uv.lock": "\n"},
		"node":       {"package.json": `{"scripts": {"build": "x"}}`, "package-lock.json": "{}"},
		"pnpm":       {"package.json": `{}`, "pnpm-lock.yaml": "\n"},
		"yarn":       {"package.json": `{}`, "yarn.lock": "\n"},
		"image":      {"index.html": "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), name)
			for file, text := range files {
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			args := []string{"init", "--yes", dir}
			if name == "image" {
				args = append(args, "--image", "nginx:1.29")
			}
			a, out := testApp()
			if code := a.run(args); code != exitOK || strings.Contains(out.String(), "Error") {
				t.Fatalf("code %d: %s", code, out)
			}
			canonical(t, filepath.Join(dir, "recipe.hcl"))
			planned := plannedBy(t, a, dir)
			if len(planned.Steps) == 0 || len(planned.Interruptions) > 0 {
				t.Errorf("%d steps, interruptions %v", len(planned.Steps), planned.Interruptions)
			}
		})
	}
}

func canonical(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	formatted, diags := syntax.Format(text, name)
	if diags.HasErrors() || string(formatted) != string(text) {
		t.Errorf("%v\n%s", diags, text)
	}
	if strings.Contains(string(text), "<no value>") {
		t.Errorf("something is missing:\n%s", text)
	}
}

// plannedBy plans the recipe of a directory on the simulator.
func plannedBy(t *testing.T, a *app, dir string) (made *simulated.Planned) {
	t.Helper()
	m, diags := a.load(dir, variableOptions{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	m.inputs.Secrets = func(resolve.SecretSource) (string, error) { return "a secret", nil }
	desired, diags := resolve.Resolve(m.decoded, m.inputs)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	synctest.Test(t, func(t *testing.T) {
		w := simulated.New(simulated.Options{})
		defer func() {
			w.Close()
			time.Sleep(time.Minute)
		}()
		planned, diags, err := w.Plan(context.Background(), desired, kind.Apply)
		if err != nil || diags.HasErrors() {
			t.Fatal(err, diags)
		}
		made = planned
	})
	return made
}
