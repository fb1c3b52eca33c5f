package plan_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/evaltest"
	"github.com/deployrecipe/recipe/eval/plan"
)

// steps reads "b<a,x@ready" as a step b that needs a and x@ready, "a>x@ready" as one that provides it, and
// "a!u" as one that u undoes.
func steps(text string) []evaltest.Step {
	var list []evaltest.Step
	for word := range strings.FieldsSeq(text) {
		id := word
		if i := strings.IndexAny(word, "<>!"); i >= 0 {
			id = word[:i]
		}
		step := evaltest.S(id)
		for rest := word[len(id):]; rest != ""; {
			sign := rest[0]
			arg := rest[1:]
			if i := strings.IndexAny(arg, "<>!"); i >= 0 {
				arg = arg[:i]
			}
			rest = rest[1+len(arg):]
			for name := range strings.SplitSeq(arg, ",") {
				switch sign {
				case '<':
					step = step.After(plan.ID(name))
				case '>':
					step = step.Reaching(plan.ID(name))
				case '!':
					step = step.UndoneBy(plan.ID(name))
				}
			}
		}
		list = append(list, step)
	}
	return list
}

func TestLink(t *testing.T) {
	for _, test := range []struct{ steps, undo, want string }{
		{"a b<a c<a", "", "a b c"},
		{"c<b b<a a", "", "a b c"},
		{"b<x@ready a>x@ready", "", "a x@ready b"},
		{"a>x@ready b>x@ready c<x@ready,y@gone", "", "a b x@ready c"},
		{"a!u", "u", "a"},
		{"a a", "", `error: two steps have the ID "a"`},
		{"a", "a", `error: two steps have the ID "a"`},
		{"a<b", "", `error: step "a" needs "b", which is no step`},
		{"a!u", "", `error: step "a" is undone by "u", which is no step of the way back`},
		{"x a<x,c b<a c<b", "", "error: steps wait for each other in a circle: a needs c needs b needs a"},
		{"a<x@ready b<a>x@ready", "", "error: steps wait for each other in a circle: a needs x@ready needs b needs a"},
		{"a!u", "u<v", `error: on the way back, step "u" needs "v", which is no step`},
		{"a!u", "u<v v<u", "error: on the way back, steps wait for each other in a circle: u needs v needs u"},
		{"a<a", "", "error: steps wait for each other in a circle: a needs a"},
	} {
		p := evaltest.Plan(steps(test.steps), steps(test.undo))
		g, err := plan.Link(p.Steps, p.Undo)
		got := fmt.Sprint("error: ", err)
		if err == nil {
			var names []string
			for _, n := range g.Order() {
				names = append(names, string(g.Name(n)))
			}
			got = strings.Join(names, " ")
		}
		if got != test.want {
			t.Errorf("%s | %s:\n got %s\nwant %s", test.steps, test.undo, got, test.want)
		}
	}
}

// A thousand steps that all wait for a thousand others must not make a million edges.
func TestLinkIsLinear(t *testing.T) {
	var text strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&text, "a%d>x@ready b%d<x@ready ", i, i)
	}
	p := evaltest.Plan(steps(text.String()), nil)
	began := time.Now()
	if _, err := plan.Link(p.Steps, nil); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("40000 steps took %v", took)
	}
}

func TestUndoFor(t *testing.T) {
	p := evaltest.Plan(steps("make!unmake start<make!stop shift<start!back more<shift!back commit<more"), steps("unmake stop back"))
	for i := range p.Steps {
		p.Steps[i].Group = "web"
	}
	p.Steps[4].Commit = true
	for _, test := range []struct {
		begun, done []plan.ID
		want        string
	}{
		{[]plan.ID{"make"}, nil, "unmake"},
		{[]plan.ID{"make", "start", "shift", "more"}, nil, "back stop unmake"},
		{[]plan.ID{"make", "start", "shift", "more", "commit"}, []plan.ID{"make", "start", "shift", "more"}, "back stop unmake"},
		{[]plan.ID{"make", "commit"}, []plan.ID{"commit"}, ""},
	} {
		var names []string
		for _, s := range plan.UndoFor(p, "web", test.begun, test.done) {
			names = append(names, string(s.ID))
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("begun %v: got %q, want %q", test.begun, got, test.want)
		}
	}
}

// Undo steps wait for those that they need, of whatever has begun.
func TestUndoForHonoursNeeds(t *testing.T) {
	p := evaltest.Plan(steps("a!first b<a!second c<b!third,second"), steps("third<first second first"))
	for i := range p.Steps {
		p.Steps[i].Group = "g"
	}
	for _, test := range []struct {
		begun []plan.ID
		want  string
	}{
		{[]plan.ID{"a", "b", "c"}, "first third second"},
		{[]plan.ID{"a", "b"}, "first second"},
		{[]plan.ID{"b"}, "second"},
	} {
		var names []string
		for _, s := range plan.UndoFor(p, "g", test.begun, nil) {
			names = append(names, string(s.ID))
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("begun %v: got %q, want %q", test.begun, got, test.want)
		}
	}
}

func TestDigestSurvivesSaving(t *testing.T) {
	p := evaltest.Plan(steps("a b<a"), nil)
	p.Steps[0].Config = json.RawMessage(`{"z": 1e3, "a": "<&>"}`)
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var again plan.Plan
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if plan.Digest(p) != plan.Digest(&again) || len(plan.Digest(p)) != 64 {
		t.Errorf("digests %s and %s", plan.Digest(p), plan.Digest(&again))
	}
	again.Notes = []plan.Note{{Text: "a remark"}}
	if plan.Digest(p) != plan.Digest(&again) || again.Notes == nil {
		t.Error("a remark makes another plan")
	}
	again.Steps = slices.Clone(again.Steps)
	again.Steps[1].Title = "other"
	if plan.Digest(p) == plan.Digest(&again) {
		t.Error("another plan has the same digest")
	}
}
