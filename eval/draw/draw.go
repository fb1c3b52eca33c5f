// Package draw makes pictures of recipes and plans: graphs of blocks and what they read, or of steps and what they
// wait for, in the forms that other programs lay out.
package draw

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Graph is a picture before it is laid out. The same recipe or plan gives the same graph, in the same order.
type Graph struct {
	// Name is what it is of.
	Name  string
	Nodes []Node
	Edges []Edge
}

// Node is one box.
type Node struct {
	// ID is an address, var.release or service.web, or a step's.
	ID string `json:"id"`
	// Kind is a block's type, or a step's operation.
	Kind string `json:"kind"`
	// Label is what people read.
	Label string `json:"label"`
	// File and Line say where a block stands, or what caused a step.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Group is what a step belongs to.
	Group string `json:"group,omitempty"`
}

// Edge leads from a node to what it needs: what a block reads, or a step waits for.
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// tidy puts edges in the order of the nodes, each once.
func (g *Graph) tidy() {
	index := make(map[string]int, len(g.Nodes))
	for i, n := range g.Nodes {
		index[n.ID] = i
	}
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(index[a.From], index[b.From]), cmp.Compare(index[a.To], index[b.To]))
	})
	g.Edges = slices.Compact(g.Edges)
}

// DOT writes the graph in the language of Graphviz. The only errors returned are those of w.
func DOT(w io.Writer, g Graph) error {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  rankdir = \"LR\"\n  node [shape = \"box\"]\n", quoted(g.Name))
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "  %s", quoted(n.ID))
		attrs := []string{}
		if n.Label != n.ID {
			attrs = append(attrs, "label = "+quoted(n.Label))
		}
		if !solid(n.Kind) {
			attrs = append(attrs, `style = "rounded"`)
		}
		if len(attrs) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(attrs, ", "))
		}
		b.WriteByte('\n')
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s\n", quoted(e.From), quoted(e.To))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// solid tells whether a node stands for something on an engine, or a step, rather than a value.
func solid(kind string) bool {
	return !slices.Contains([]string{"variable", "local", "output", "function", "recipe", "check"}, kind)
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// Mermaid writes the graph as a Mermaid flowchart, which code hosts draw in Markdown. The only errors returned are
// those of w.
func Mermaid(w io.Writer, g Graph) error {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	names := make(map[string]string, len(g.Nodes))
	for i, n := range g.Nodes {
		names[n.ID] = fmt.Sprintf("n%d", i+1) // words such as "end" are no names there
		open, end := "[", "]"
		if !solid(n.Kind) {
			open, end = "(", ")"
		}
		fmt.Fprintf(&b, "  %s%s\"%s\"%s\n", names[n.ID], open, entities(n.Label), end)
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s --> %s\n", names[e.From], names[e.To])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// entities writes what acts in a label as Mermaid wants it: with # where HTML has &.
func entities(s string) string {
	return strings.NewReplacer("#", "#35;", "&", "#amp;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "\n", " ").Replace(s)
}

// Format is the version of the JSON form.
const Format = 1

// JSON writes the graph's nodes and edges. The only errors returned are those of w.
func JSON(w io.Writer, g Graph) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Version int    `json:"format_version"`
		Name    string `json:"name"`
		Nodes   []Node `json:"nodes"`
		Edges   []Edge `json:"edges"`
	}{Format, g.Name, append([]Node{}, g.Nodes...), append([]Edge{}, g.Edges...)})
}
