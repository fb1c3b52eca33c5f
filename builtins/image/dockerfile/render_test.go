package dockerfile

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func steps(t testing.TB, text string) []Step {
	t.Helper()
	var list []Step
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestRender compares what testdata/*.json renders to with the Dockerfile beside it.
func TestRender(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.json")
	if err != nil || len(inputs) == 0 {
		t.Fatal("no inputs", err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			source, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			file, problems := Render(steps(t, string(source)), Options{
				Args:  []string{"VERSION", "HTTP_PROXY"},
				Image: func(addr string) (string, bool) { return "shop/base:0123456789ab", addr == "image.base" },
			})
			got := file.Text
			for _, p := range problems {
				got += "! " + p.Text + "\n"
			}
			golden := strings.TrimSuffix(input, ".json") + ".dockerfile"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestRenderTellsWhatABuildNeeds(t *testing.T) {
	file, problems := Render(steps(t, `[
		{"from": {"image": "golang:1.26", "as": "build"}},
		{"run": {"shell": "make", "mount": [
			{"label": "secret", "secret": {"secret": "steps.1.run.secret"}, "target": "/t"},
			{"label": "ssh"}, {"label": "bind", "target": "/src", "source": "lib"}]}},
		{"from": {"image": {"ref": "image.base"}}},
		{"copy": {"from": ["a", "b"], "to": "/x/", "exclude": ["*.md"]}},
		{"copy": {"image": "busybox:1", "from": ["/bin/sh"], "to": "/x", "link": true}},
		{"copy": {"stage": "build", "from": ["/out"], "to": "/out"}}
	]`), Options{Image: func(string) (string, bool) { return "shop/base:1", true }})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if want := []string{"golang:1.26", "shop/base:1", "busybox:1"}; !slices.Equal(file.Bases, want) {
		t.Errorf("bases %q, want %q", file.Bases, want)
	}
	if want := []string{"lib", "a", "b"}; !slices.Equal(file.Sources, want) {
		t.Errorf("sources %q, want %q", file.Sources, want)
	}
	if len(file.Secrets) != 1 || file.Secrets[0].ID != "secret1" || file.Secrets[0].Value.Secret != "steps.1.run.secret" {
		t.Errorf("secrets %+v", file.Secrets)
	}
	if len(file.SSH) != 1 || file.SSH[0] != "default" {
		t.Errorf("ssh %q", file.SSH)
	}
	if len(file.Needs) != 2 || file.Needs[0].Version != "29.0" || file.Needs[0].Step != 3 {
		t.Errorf("needs %+v", file.Needs)
	}
	if file.StepAt(1) != 0 || file.StepAt(2) != 1 || file.StepAt(6) != 5 || file.StepAt(7) != -1 {
		t.Errorf("lines %v", file.Lines)
	}
}

func TestProblemsAreSentences(t *testing.T) {
	for _, text := range []string{
		`[{"run": {"shell": "x"}}]`,
		`[{"from": {"image": "a b"}}]`,
		`[{"from": {"image": {"ref": "image.none"}}}]`,
		`[{"from": {"image": "scratch"}}, {"copy": {"stage": "none", "from": ["a"], "to": "b"}}]`,
		`[{"from": {"image": "scratch"}}, {"copy": {"from": ["a", "b"], "to": "c"}}]`,
		`[{"from": {"image": "scratch"}}, {"env": {"vars": {"A": "x\ny"}}}]`,
		`[{"from": {"image": "scratch"}}, {"env": {"vars": {"A B": "x"}}}]`,
		`[{"from": {"image": "scratch"}}, {"label": {"labels": {"recipe.name": "x"}}}]`,
		`[{"from": {"image": "scratch"}}, {"run": {"shell": "x", "mount": [{"label": "cache", "target": "/a,b"}]}}]`,
		`[{"from": {"image": "scratch"}}, {"run": {"shell": "x", "mount": [{"label": "cache", "target": "/a", "env": "b"}]}}]`,
		`[{"from": {"image": "scratch"}}, {"run": {"shell": "x", "mount": [{"label": "secret", "secret": "plain", "target": "/a"}]}}]`,
		`[{"from": {"image": "scratch"}}, {"onbuild": {"steps": [{"from": {"image": "scratch"}}]}}]`,
		`[{"from": {"image": "scratch", "as": "X"}}]`,
		`[{"from": {"image": "scratch"}}, {"cmd": {}}]`,
		`[{"from": {"image": "scratch"}}, {"cmd": {"exec": ["a"], "shell": "a"}}]`,
		`[{"from": {"image": "scratch"}}, {"expose": {"ports": ["http"]}}]`,
	} {
		_, problems := Render(steps(t, text), Options{})
		if len(problems) == 0 {
			t.Errorf("%s: no problem", text)
		}
		for _, p := range problems {
			if first := p.Text[0]; !strings.HasSuffix(p.Text, ".") || first >= 'a' && first <= 'z' {
				t.Errorf("%s: not a sentence: %s", text, p.Text)
			}
		}
	}
}
