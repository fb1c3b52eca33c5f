package draw

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/decode"
)

// Module draws a recipe's blocks and local values, in the order of the source, and what each reads. Nothing is
// evaluated: a reference counts wherever it is written. What is not declared is left out.
func Module(name string, m *decode.Module) Graph {
	d := &drawer{graph: Graph{Name: name}, known: map[string]bool{}}
	var all []drawn
	for _, b := range m.Blocks {
		all = append(all, parts(b)...)
	}
	for _, one := range all {
		if !d.known[one.ID] {
			d.known[one.ID] = true
			d.graph.Nodes = append(d.graph.Nodes, one.Node)
		}
	}
	for _, one := range all {
		d.from = one.ID
		for _, expr := range one.exprs {
			d.expression(expr)
		}
	}
	d.graph.tidy()
	d.graph.Nodes = slices.DeleteFunc(d.graph.Nodes, d.idle)
	return d.graph
}

// idle tells whether a node is the recipe block and nothing is to be told of it: it reads nothing, and nothing reads it.
func (d *drawer) idle(n Node) bool {
	return n.ID == "recipe" && !slices.ContainsFunc(d.graph.Edges, func(e Edge) bool { return e.From == n.ID || e.To == n.ID })
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

type drawer struct {
	graph Graph
	known map[string]bool
	from  string
}

// expression draws what an expression reads and calls.
func (d *drawer) expression(expr hcl.Expression) {
	for _, ref := range decode.References(expr) {
		switch {
		case ref.Root == "recipe":
			d.edge("recipe")
		case len(ref.Path) > 0:
			d.edge(ref.Root + "." + ref.Path[0])
		}
	}
	if node, ok := expr.(hclsyntax.Node); ok {
		_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
				d.edge("function." + call.Name)
			}
			return nil
		})
	}
}

func (d *drawer) edge(to string) {
	if d.known[to] && to != d.from {
		d.graph.Edges = append(d.graph.Edges, Edge{d.from, to})
	}
}
