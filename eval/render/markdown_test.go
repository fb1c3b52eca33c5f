package render_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/evaltest/golden"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/state"
)

func markdown(t *testing.T, p *plan.Plan, o render.Options) string {
	t.Helper()
	var out strings.Builder
	if err := render.Markdown(&out, p, o); err != nil {
		t.Fatal(err)
	}
	if n := out.Len(); n > render.MaxMarkdown {
		t.Errorf("it takes %d bytes", n)
	}
	return out.String()
}

func TestMarkdown(t *testing.T) {
	p := release()
	p.Interruptions = []plan.Interruption{{Group: "db", Held: true, Bound: 15 * time.Second, Why: "volume.data is exclusive"}}
	golden.Check(t, "testdata/release.md", markdown(t, p, render.Options{}))
	golden.Check(t, "testdata/nothing.md", markdown(t, &plan.Plan{Recipe: state.Recipe{Name: "shop"}}, render.Options{}))
}

// Whatever a plan's texts hold, none of it is Markdown or HTML, ends the fence or cell that it is in, or names somebody.
func TestMarkdownIsNeutralised(t *testing.T) {
	for _, evil := range []string{"</details><b>x", "a|b|c", "```\n# x", "````````", "@everyone #12", "[x](http://evil.test)", "http://evil.test", "*a* _b_", "a\x1b[31m\r\u202e", "&#124;", "\n\n| a |", "~~~", "`x` | `y`", `\|`} {
		p := release()
		p.Recipe.Name = evil
		c := &p.Changes[2]
		c.Addr.Key, c.Summary, c.Cause = evil, evil, plan.Cause{Why: evil, File: evil, Line: 1}
		c.Fields[0].Path = evil
		c.Fields[0].After = plan.Raw(evil)
		c.Texts = []plan.Text{{Name: evil, Before: "x", After: evil}}
		p.Steps[1].Title = evil
		p.Notes[0].Text, p.Outputs[0].Name = evil, evil
		p.Interruptions = []plan.Interruption{{Group: evil, Why: evil}}
		got := markdown(t, p, render.Options{})
		if strings.ContainsAny(got, "\x1b\r\u202e") {
			t.Errorf("%q: a control character got through", evil)
		}
		outside(t, evil, got)
	}
}

// outside looks at what is not in a fence.
func outside(t *testing.T, evil, text string) {
	t.Helper()
	fence, depth := "", 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch ticks := len(line) - len(strings.TrimLeft(line, "`")); {
		case fence != "":
			if line == fence {
				fence = ""
			} else if strings.HasPrefix(line, fence) {
				t.Errorf("%q ends a fence: %q", evil, line)
			}
			continue
		case ticks >= 3:
			fence = line[:ticks]
			continue
		}
		depth += strings.Count(line, "<details>") - strings.Count(line, "</details>")
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 5 {
			t.Errorf("%q makes cells: %q", evil, line)
		}
		for _, bad := range []string{"<b>", "@everyone", "](", "://", "*a*", "_b_"} {
			if strings.Contains(line, bad) {
				t.Errorf("%q acts: %q", evil, line)
			}
		}
	}
	if fence != "" || depth != 0 {
		t.Errorf("%q leaves the fence %q and %d details open", evil, fence, depth)
	}
}

func TestMarkdownIsCut(t *testing.T) {
	long := strings.Repeat("some line of a text\n", 10_000)
	for _, test := range []struct {
		name string
		plan func(*plan.Plan)
		says string
	}{
		{"a long text", func(p *plan.Plan) { p.Changes[0].Texts[0].After = long }, "a comment has no room for"},
		{"many changes", func(p *plan.Plan) {
			for i := range 5_000 {
				a := addr.New("service", fmt.Sprint("s", i))
				p.Changes = append(p.Changes, plan.Change{Addr: a, Action: plan.Create, Summary: "ü" + strings.Repeat("x", 90)})
			}
		}, "more changes"},
		{"many notes", func(p *plan.Plan) {
			for range 5_000 {
				p.Notes = append(p.Notes, plan.Note{Text: strings.Repeat("note ", 30)})
			}
		}, "is left out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := release()
			test.plan(p)
			got := markdown(t, p, render.Options{Full: true})
			if !strings.Contains(got, test.says) {
				t.Errorf("it does not say that something is left out:\n%s", got[max(0, len(got)-500):])
			}
			outside(t, test.name, got)
		})
	}
	p := release()
	if strings.Contains(markdown(t, p, render.Options{}), "left out") {
		t.Error("a short plan is cut")
	}
}
