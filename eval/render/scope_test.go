package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
)

// A plan of a part says so first, and what it leaves out, in each of its forms.
func TestPlanOfAPart(t *testing.T) {
	p := &plan.Plan{Scope: &plan.Scope{Excludes: []string{"service.db\x1b[2J"}, StaleOutputs: true,
		Added:   []plan.Added{{Addr: addr.New("service", "web"), Why: "it needs service.db"}},
		Pending: []plan.Pending{{Addr: addr.New("service", "db"), Action: plan.Replace, Summary: "release b, was a"}}}}
	var text, markdown bytes.Buffer
	if err := render.Text(&text, p, render.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := render.Markdown(&markdown, p, render.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of    string
		wants []string
	}{
		{text.String(), []string{"Planned: all but service.db", "left out with it  service.web  # it needs service.db", "-/+ service.db  release b, was a", "Outputs are as the recipe says"}},
		{markdown.String(), []string{"**Planned**: ", "all but service.db", "-/+ service.db  release b, was a"}},
	} {
		for _, want := range c.wants {
			if !strings.Contains(c.of, want) {
				t.Errorf("no %q in\n%s", want, c.of)
			}
		}
		if strings.Contains(c.of, "\x1b") {
			t.Errorf("an option acts on the terminal in\n%q", c.of)
		}
	}
}
