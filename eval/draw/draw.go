// Package draw makes pictures of recipes and plans: graphs of blocks and what they read, or of steps and what they
// wait for, in the forms that other programs lay out.
package draw

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
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
	// Nodes are the blocks within, of a block that uses a library. Their IDs begin with this one's.
	Nodes []Node `json:"nodes,omitempty"`
}

// Edge leads from a node to what it needs: what a block reads, or a step waits for.
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// tidy puts edges in the order of the nodes, each once.
func (g *Graph) tidy() {
	index := map[string]int{}
	number(index, g.Nodes)
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(index[a.From], index[b.From]), cmp.Compare(index[a.To], index[b.To]))
	})
	g.Edges = slices.Compact(g.Edges)
}

// number counts nodes and those within, from 1 in the order in which they are written.
func number(index map[string]int, nodes []Node) {
	for _, n := range nodes {
		index[n.ID] = len(index) + 1
		number(index, n.Nodes)
	}
}

// solid tells whether a node stands for something on an engine, or a step, rather than a value.
func solid(kind string) bool {
	return !slices.Contains([]string{"variable", "local", "output", "function", "recipe", "check"}, kind)
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
