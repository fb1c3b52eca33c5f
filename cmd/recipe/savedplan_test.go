package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/eval/state"
)

// A saved plan is refused that was not made by this version, here, and for this engine, before anything else is asked.
func TestSavedPlanOfAnother(t *testing.T) {
	dir := t.TempDir()
	from, _ := origin(dir)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.47")
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/info") {
			_ = json.NewEncoder(w).Encode(map[string]string{"ID": "this-engine", "OSType": "linux", "Architecture": "x86_64"})
			return
		}
		if !strings.HasSuffix(r.URL.Path, "/_ping") {
			http.Error(w, `{"message":"broken off"}`, http.StatusInternalServerError)
		}
	}))
	defer server.Close()
	host := strings.Replace(server.URL, "http", "tcp", 1)
	for _, test := range []struct {
		name string
		edit func(*saved.File)
		want string
	}{
		{"version", func(f *saved.File) { f.Tool = "0.0.0-other" }, "The plan is of another version"},
		{"origin", func(f *saved.File) { f.Recipe.Origin = "example.com/other" }, "The plan is of another recipe"},
		{"engine", func(f *saved.File) { f.Engine = saved.Engine{ID: "that-engine", Address: "tcp://there:1"} }, "The plan is for another engine"},
		{"the recipe in it", func(f *saved.File) { f.Module.Files["recipe.hcl"] = "recip {}\n" }, `Did you mean "recipe"`},
		{"a value in it", func(f *saved.File) {
			f.Module.Variables = []saved.Variable{{Name: "a", Source: "x.auto.vars.hcl", Value: json.RawMessage(`{"value": 1}`)}}
		}, "contradicts itself"},
		{"nothing", func(*saved.File) {}, "broken off"},
	} {
		f := &saved.File{Tool: versionText(), Made: time.Now(), Mode: kind.Apply, Recipe: state.Recipe{Name: "shop", Origin: from},
			Engine: saved.Engine{ID: "this-engine"}, Plan: &plan.Plan{Format: plan.Format},
			Module: saved.Module{Path: dir, Files: map[string]string{}, Reads: &saved.Reads{}}}
		f.PlanDigest = plan.Digest(f.Plan)
		f.Module.Files["recipe.hcl"] = "recipe { name = \"shop\" }\nvariable \"a\" { default = 1 }\n"
		test.edit(f)
		f.Module.Files[filepath.Join(dir, "recipe.hcl")] = f.Module.Files["recipe.hcl"]
		name := planFile(t, f)
		a, out := testApp()
		if code := a.run([]string{"apply", name, "--host", host}); code != exitError || !strings.Contains(strings.Join(strings.Fields(out.String()), " "), test.want) {
			t.Errorf("%s: exit code %d, want it to say %q:\n%s", test.name, code, test.want, out)
		}
	}
}

// planFile writes a plan as plan --out does, and gives its path.
func planFile(t *testing.T, f *saved.File) string {
	t.Helper()
	text, err := saved.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.plan")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// The text of a plan may come from anybody, and acts on no terminal.
func TestShownPlanIsSafe(t *testing.T) {
	f := &saved.File{By: "a\x1b[2J", Recipe: state.Recipe{Name: "b\x1b[2J"}, Engine: saved.Engine{Address: "c\x1b[2J"}, Module: saved.Module{Reads: &saved.Reads{}},
		Plan: &plan.Plan{Steps: []plan.Step{{ID: "d", Title: "d\x1b[2J"}}}}
	f.PlanDigest = plan.Digest(f.Plan)
	a, out := testApp()
	if code := a.run([]string{"show", planFile(t, f)}); code != exitOK || strings.Contains(out.String(), "\x1b") {
		t.Errorf("exit code %d: %q", code, out)
	}
}
