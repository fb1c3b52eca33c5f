package decode

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// finder walks an expression for its references. The HCL library's own walk gives the static beginning of each and
// drops what follows a computed key; what it drops decides which attributes an evaluation needs.
type finder struct {
	bound []map[string]struct{}   // the names that fors around the current place bind
	inner map[hclsyntax.Node]bool // nodes that are part of a chain which was seen from its end
	refs  []Reference
	attrs []string
}

// Enter notes the inner nodes of a chain of attributes and keys, and the names that a for binds.
func (f *finder) Enter(n hclsyntax.Node) hcl.Diagnostics {
	switch n := n.(type) {
	case hclsyntax.ChildScope:
		f.bound = append(f.bound, n.LocalNames)
	case *hclsyntax.IndexExpr, *hclsyntax.RelativeTraversalExpr, *hclsyntax.ParenthesesExpr:
		for part := inside(n); part != nil && !f.inner[n]; part = inside(part) {
			f.inner[part] = true
		}
	}
	return nil
}

// Exit takes the chains, at which time what stands in their keys was taken.
func (f *finder) Exit(n hclsyntax.Node) hcl.Diagnostics {
	switch n := n.(type) {
	case hclsyntax.ChildScope:
		f.bound = f.bound[:len(f.bound)-1]
	case *hclsyntax.ScopeTraversalExpr, *hclsyntax.IndexExpr, *hclsyntax.RelativeTraversalExpr, *hclsyntax.ParenthesesExpr:
		if !f.inner[n] {
			f.take(n.(hclsyntax.Expression))
		}
	}
	return nil
}

// inside is the node that a chain's last part is of, nil for its first one.
func inside(n hclsyntax.Node) hclsyntax.Node {
	switch n := n.(type) {
	case *hclsyntax.IndexExpr:
		return n.Collection
	case *hclsyntax.RelativeTraversalExpr:
		return n.Source
	case *hclsyntax.ParenthesesExpr:
		return n.Expression
	}
	return nil
}

// take makes a reference of a chain that begins with a name that is not bound, and notes the attributes that others
// read.
func (f *finder) take(end hclsyntax.Expression) {
	first, steps := f.chain(end)
	if first != nil && !f.isBound(first.Traversal.RootName()) {
		steps = append(stepsOf(first.Traversal[1:]), steps...)
		if short := len(first.Traversal) - 1; len(stepsOf(first.Traversal[1:])) < short {
			steps = steps[:len(stepsOf(first.Traversal[1:]))]
		}
		cut := slices.IndexFunc(steps, func(s Step) bool { return s.Key != nil && f.readsBound(s.Key) })
		if cut >= 0 {
			f.note(steps[cut:])
			steps = steps[:cut]
		}
		f.refs = append(f.refs, newReference(first.Traversal.RootName(), first.Traversal[0].SourceRange(), end.Range(), steps))
		return
	}
	if first != nil {
		f.note(stepsOf(first.Traversal[1:]))
	}
	f.note(steps)
}

// chain takes a chain apart: where it begins, nil for something other than a name, and the steps from there.
func (f *finder) chain(e hclsyntax.Expression) (*hclsyntax.ScopeTraversalExpr, []Step) {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return e, nil
	case *hclsyntax.ParenthesesExpr:
		return f.chain(e.Expression)
	case *hclsyntax.RelativeTraversalExpr:
		first, steps := f.chain(e.Source)
		return first, append(steps, stepsOf(e.Traversal)...)
	case *hclsyntax.IndexExpr:
		first, steps := f.chain(e.Collection)
		return first, append(steps, Step{Key: e.Key, Index: true, Range: e.BracketRange})
	}
	return nil, nil
}

func (f *finder) note(steps []Step) {
	for _, s := range steps {
		if s.Key == nil && !slices.Contains(f.attrs, s.Name) {
			f.attrs = append(f.attrs, s.Name)
		}
	}
}

func (f *finder) isBound(name string) bool {
	return slices.ContainsFunc(f.bound, func(names map[string]struct{}) bool { _, ok := names[name]; return ok })
}

func (f *finder) readsBound(key hclsyntax.Expression) bool {
	return slices.ContainsFunc(key.Variables(), func(t hcl.Traversal) bool { return f.isBound(t.RootName()) })
}
