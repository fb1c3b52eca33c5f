package draw

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/decode"
)

func TestForms(t *testing.T) {
	g := Graph{Name: `a "shop"`, Nodes: []Node{
		{ID: "var.x", Kind: "variable", Label: "var.x"},
		{ID: `service.web["end"]`, Kind: "service", Label: `start "web" <1> #2`},
	}, Edges: []Edge{{`service.web["end"]`, "var.x"}}}
	for name, tt := range map[string]struct {
		write func(*strings.Builder) error
		want  string
	}{
		"DOT": {func(b *strings.Builder) error { return DOT(b, g) }, `digraph "a \"shop\"" {
  rankdir = "LR"
  node [shape = "box"]
  "var.x" [style = "rounded"]
  "service.web[\"end\"]" [label = "start \"web\" <1> #2"]
  "service.web[\"end\"]" -> "var.x"
}
`},
		"Mermaid": {func(b *strings.Builder) error { return Mermaid(b, g) }, `flowchart LR
  n1("var.x")
  n2["start #quot;web#quot; #lt;1#gt; #35;2"]
  n2 --> n1
`},
		"JSON of nothing": {func(b *strings.Builder) error { return JSON(b, Graph{Name: "x"}) }, `{
  "format_version": 1,
  "name": "x",
  "nodes": [],
  "edges": []
}
`},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			if err := tt.write(&got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Where each library uses two others, what is drawn stays bounded: those that would be too many stay closed.
func TestBounded(t *testing.T) {
	lib := &decode.Module{Blocks: []*decode.Block{{Type: "service", Label: "main"}}}
	for range 40 {
		two := []*decode.Block{{Type: "use", Label: "a"}, {Type: "use", Label: "b"}}
		lib = &decode.Module{Blocks: two, Uses: map[string]*decode.Module{"a": lib, "b": lib}}
	}
	index := map[string]int{}
	number(index, Module("x", lib).Nodes)
	if len(index) < most/2 || len(index) > most+len(lib.Blocks) {
		t.Errorf("%d nodes, want about %d", len(index), most)
	}
}

// A step that needs a milestone needs all who provide it; what is reached already is no edge.
func TestPlan(t *testing.T) {
	got := Plan(&plan.Plan{Steps: []plan.Step{
		{ID: "a1", Op: "start", Title: "start one", Provides: []plan.ID{"service.a@ready"}, Group: "a", Cause: plan.Cause{File: "recipe.hcl", Line: 3}},
		{ID: "a2", Op: "start", Title: "start two", Provides: []plan.ID{"service.a@ready"}},
		{ID: "b", Op: "stop", Title: "stop b", Needs: []plan.ID{"service.a@ready", "a1", "volume.v@ready"}},
	}})
	want := Graph{
		Nodes: []Node{
			{ID: "a1", Kind: "start", Label: "start one", File: "recipe.hcl", Line: 3, Group: "a"},
			{ID: "a2", Kind: "start", Label: "start two"}, {ID: "b", Kind: "stop", Label: "stop b"},
		},
		Edges: []Edge{{"b", "a1"}, {"b", "a2"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
