package draw

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/decode"
)

// most is how many nodes are drawn within libraries: where each uses two others, their number doubles at every level.
// A library that would go beyond stays closed.
const most = 5000

// Module draws a recipe's blocks and local values, in the order of the source, and what each reads. A library is drawn
// within the block that uses it, once for each of them: its variables read what the block gives them. Nothing is
// evaluated: a reference counts wherever it is written, and for_each makes one node. What is not declared is left out.
func Module(name string, m *decode.Module) Graph {
	d := &drawer{known: map[string]bool{}}
	g := Graph{Name: name, Nodes: d.module("", m)}
	for _, r := range d.readers {
		for _, expr := range r.exprs {
			d.expression(r, expr)
		}
	}
	g.Edges = d.edges
	g.tidy()
	// The recipe block is nothing to see where it reads nothing and nothing reads it.
	g.Nodes = slices.DeleteFunc(g.Nodes, func(n Node) bool {
		return n.ID == "recipe" && !slices.ContainsFunc(g.Edges, func(e Edge) bool { return e.From == n.ID || e.To == n.ID })
	})
	return g
}

type drawer struct {
	known   map[string]bool // the IDs of all nodes
	inside  int             // how many of them are in libraries
	readers []reader
	edges   []Edge
}

// reader is a node with expressions that belong to it. The names in them mean what stands within scope, the beginning
// of IDs.
type reader struct {
	id, scope string
	exprs     []hcl.Expression
}

// module draws the blocks of a recipe or library, whose IDs begin with scope.
func (d *drawer) module(scope string, m *decode.Module) []Node {
	var nodes []Node
	for _, b := range m.Blocks {
		if b.Type == "recipe" && scope != "" {
			continue // to its own expressions, too, the recipe is the one that uses it
		}
		for _, one := range parts(b) {
			one.ID = scope + one.ID
			lib := m.Uses[b.Label]
			if b.Type == decode.UseType && lib != nil && d.inside+len(lib.Blocks) <= most {
				d.inside += len(lib.Blocks)
				one.Nodes = d.module(one.ID+".", lib)
				one.exprs = d.inputs(one.ID, scope, b)
			}
			d.readers = append(d.readers, reader{one.ID, scope, one.exprs})
			if !d.known[one.ID] {
				d.known[one.ID] = true
				nodes = append(nodes, one.Node)
			}
		}
	}
	return nodes
}

// inputs has a library's variables read what its block gives them, and returns what the block itself reads.
func (d *drawer) inputs(id, scope string, b *decode.Block) []hcl.Expression {
	var own []hcl.Expression
	for _, name := range b.ArgOrder {
		expr := b.Args[name].Expr
		if slices.Contains(decode.UseArgs(), name) {
			own = append(own, expr)
			continue
		}
		d.readers = append(d.readers, reader{id + ".var." + name, scope, []hcl.Expression{expr}})
	}
	return own
}

// drawn is a node with all the expressions that belong to it.
type drawn struct {
	Node
	exprs []hcl.Expression
}

// parts are the nodes that a block stands for: itself, or each of its local values.
func parts(b *decode.Block) []drawn {
	node := func(id, kind string, rng hcl.Range) Node {
		return Node{ID: id, Kind: kind, Label: id, File: rng.Filename, Line: rng.Start.Line}
	}
	switch b.Type {
	case "locals":
		var out []drawn
		for _, name := range b.ArgOrder {
			a := b.Args[name]
			out = append(out, drawn{node("local."+name, "local", a.Range), []hcl.Expression{a.Expr}})
		}
		return out
	case "variable":
		return []drawn{{node("var."+b.Label, b.Type, b.Range), expressions(b)}}
	}
	id := b.Type
	if b.Label != "" {
		id += "." + b.Label
	}
	return []drawn{{node(id, b.Type, b.Range), expressions(b)}}
}

// expressions are all that stand in a block, at any depth. Native syntax is read as it is written, which has what
// dynamic blocks hold as well.
func expressions(b *decode.Block) []hcl.Expression {
	if body, ok := b.Body.(*hclsyntax.Body); ok {
		return native(body)
	}
	var out []hcl.Expression
	for _, name := range b.ArgOrder {
		out = append(out, b.Args[name].Expr)
	}
	for _, inner := range append(append([]*decode.Block{}, b.Blocks...), b.Conditions...) {
		out = append(out, expressions(inner)...)
	}
	return out
}

func native(body *hclsyntax.Body) []hcl.Expression {
	var out []hcl.Expression
	for _, a := range body.Attributes {
		out = append(out, a.Expr)
	}
	for _, inner := range body.Blocks {
		out = append(out, native(inner.Body)...)
	}
	return out
}

// expression draws what an expression reads and calls.
func (d *drawer) expression(from reader, expr hcl.Expression) {
	for _, ref := range decode.References(expr) {
		d.edge(from.id, d.target(from.scope, ref))
	}
	if node, ok := expr.(hclsyntax.Node); ok {
		_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
				d.edge(from.id, from.scope+"function."+call.Name)
			}
			return nil
		})
	}
}

// target is the node that a reference leads to: as far into libraries as they are drawn.
func (d *drawer) target(scope string, ref decode.Reference) string {
	if ref.Root == "recipe" {
		return "recipe"
	}
	words := []string{ref.Root}
	for i, s := range ref.Steps {
		if i == 0 && s.Key == nil || !s.Index { // keys of instances lead nowhere else
			words = append(words, s.Name)
		}
	}
	at := ""
	for len(words) > 0 {
		next, rest := scope+strings.Join(words[:min(2, len(words))], "."), words[min(2, len(words)):]
		if output := scope + "output." + words[0]; at != "" && d.known[output] {
			return output
		}
		if !d.known[next] {
			break
		}
		at, scope, words = next, next+".", rest
		if ref.Root != decode.UseType {
			break
		}
	}
	return at
}

func (d *drawer) edge(from, to string) {
	if d.known[to] && to != from {
		d.edges = append(d.edges, Edge{from, to})
	}
}
