package spec

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/eval/document"
	"github.com/deployrecipe/recipe/eval/evaltest/schematest"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/lang/fold"
)

// TestPlans compares the last plan of stories, as other programs and pull requests get it, with the files of
// testdata/plans, and holds it to the schema. A story is told there when its name has a file, which may begin empty: -update writes it.
func TestPlans(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/plans/*.json")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d plans are too few to show what plans are: %v", len(files), err)
	}
	schema := schematest.Compile(t, ".", "plan.schema.json")
	told := map[string]*story{}
	for _, s := range stories(t, "conformance") {
		told[s.name()] = s
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := told[name]
			if s == nil {
				t.Fatalf("%s is of no story", file)
			}
			p, clean := s.lastPlan(t)
			var out bytes.Buffer
			if err := document.Write(&out, p); err != nil {
				t.Fatal(err)
			}
			schematest.Valid(t, schema, out.Bytes())
			golden(t, file, clean(out.String()))
			out.Reset()
			if err := render.Markdown(&out, p, render.Options{}); err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".json")+".md", clean(out.String()))
		})
	}
}

// golden compares a text with a file, which -update writes.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		write(t, file, []byte(text))
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("%s is another plan, - want + got (-update writes it):\n%s", file, diff)
	}
}

var planDigest = regexp.MustCompile(`"digest": "[0-9a-f]{64}"`)

// lastPlan plays a story and gives the last plan that it makes which says anything, and what makes a text of it the same
// wherever and whenever it is played.
func (s *story) lastPlan(t *testing.T) (*plan.Plan, func(string) string) {
	t.Helper()
	dir := t.TempDir()
	var last *plan.Plan
	synctest.Test(t, func(t *testing.T) {
		p := newPlayer(t, dir, s.env)
		defer p.world.Close()
		for _, entry := range s.archive.Files {
			program, args, ok := command(entry.Name)
			if !ok {
				write(t, filepath.Join(dir, entry.Name), expanded(entry.Data))
				continue
			}
			p.run(program, args)
			if p.made != nil && len(p.made.Changes)+len(p.made.Outputs) > 0 {
				last = p.made
			}
		}
	})
	if last == nil {
		t.Fatalf("%s makes no plan that says anything", s.path)
	}
	named := digests{}
	return last, func(text string) string {
		text = planDigest.ReplaceAllString(text, `"digest": "P"`)
		return named.clean(strings.ReplaceAll(text, dir, "/WORK"), 0)
	}
}

// TestEvents holds what an apply writes to the schema: one that ends well, and one that fails and is taken back.
func TestEvents(t *testing.T) {
	t.Parallel()
	schema := schematest.Compile(t, ".", "events.schema.json")
	for _, name := range []string{"change-behind-port", "health-failing"} {
		lines, types := 0, map[string]bool{}
		for _, s := range stories(t, "conformance") {
			if s.name() != name {
				continue
			}
			for _, line := range s.events(t) {
				schematest.Valid(t, schema, line)
				var head struct {
					Type string `json:"type"`
				}
				if err := json.Unmarshal(line, &head); err != nil {
					t.Fatal(err)
				}
				lines++
				types[head.Type] = true
			}
		}
		for _, want := range []string{"plan", "step_started", "step_done"} {
			if !types[want] {
				t.Errorf("%s: among %d lines none is of type %s", name, lines, want)
			}
		}
		if name == "health-failing" && (!types["step_failed"] || !types["reverting"]) {
			t.Errorf("%s fails no step: %v", name, types)
		}
	}
}

// events are the lines that the applies of a story would write.
func (s *story) events(t *testing.T) (lines [][]byte) {
	t.Helper()
	dir := t.TempDir()
	note := func(v any) {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	synctest.Test(t, func(t *testing.T) {
		p := newPlayer(t, dir, s.env)
		defer p.world.Close()
		p.note = note
		for _, entry := range s.archive.Files {
			if program, args, ok := command(entry.Name); ok {
				p.run(program, args)
			} else {
				write(t, filepath.Join(dir, entry.Name), expanded(entry.Data))
			}
		}
	})
	return lines
}

// A schema that nothing could fail would hold nothing.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/plans/change-env.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, from, to string }{
		{"a field that is not described", `"notes": [`, `"more": 1, "notes": [`},
		{"another version", `"format_version": 1`, `"format_version": 2`},
		{"an action that there is not", `"action": "replace"`, `"action": "explode"`},
		{"a duration in words", `"limit_seconds": 60`, `"limit_seconds": "60s"`},
		{"a missing list", `"pause": [],`, ``},
	} {
		changed := strings.Replace(string(text), test.from, test.to, 1)
		if changed == string(text) {
			t.Errorf("%s: the plan has no %s", test.name, test.from)
		}
		if schematest.Against(t, schematest.Compile(t, ".", "plan.schema.json"), []byte(changed)) == nil {
			t.Errorf("%s passes", test.name)
		}
	}
}

// TestPlansFit holds that plans fit a terminal of 80 columns, but for long words and texts of files that do not.
func TestPlansFit(t *testing.T) {
	t.Parallel()
	for _, s := range stories(t, "conformance") {
		if _, err := os.Stat("testdata/plans/" + s.name() + ".json"); err != nil {
			continue
		}
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			p, _ := s.lastPlan(t)
			for i := range p.Changes {
				p.Changes[i].Texts = nil
			}
			for _, full := range []bool{false, true} {
				var out bytes.Buffer
				if err := render.Text(&out, p, render.Options{Width: 80, Full: full}); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(out.String()) {
					long := slices.ContainsFunc(strings.Fields(line), func(word string) bool { return fold.Columns(word) > 40 })
					if fold.Columns(strings.TrimSuffix(line, "\n")) > 80 && !long {
						t.Errorf("full %v: %s", full, line)
					}
				}
			}
		})
	}
}
