package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// portBlock is the type of the nested blocks whose labels name a block's ports: service.web.http.
const portBlock = "expose"

func (r *resolver) reference(b *decode.Block) reference {
	return reference{addr: addr.New(b.Type, b.Label)}
}

// lookUpBlock resolves a reference to a block of a kind, or to an attribute of one.
func (r *resolver) lookUpBlock(n *node, s *scope, ref decode.Reference) bool {
	named := r.blocks[ref.Root]
	b := named[ref.Path[0]]
	if b == nil {
		return r.undeclared(ref, 1, slices.Sorted(maps.Keys(named)))
	}
	n.uses = n.uses.with(uses{{addr.New(b.Type, b.Label), ref.Range}})
	if b.Type == "secret" {
		return r.take(s, ref, r.secret(b, ref.Range))
	}
	if s.read[b] == nil {
		s.read[b] = map[string]cty.Value{}
	}
	if len(ref.Path) == 1 || ref.Path[1] == "addr" {
		return true
	}
	if _, ok := ref.Traversal[2].(hcl.TraverseIndex); ok {
		r.errorf(diag.UnknownReference, ref.Traversal[2].SourceRange(), "Unknown reference",
			"%s.%s stands for one object and has no instance %q.", b.Type, b.Label, ref.Path[1])
		return false
	}
	v, ok := r.attribute(b, ref.Path[1], ref.Range)
	if v == cty.NilVal {
		return r.undeclared(ref, 2, attributeNames(b))
	}
	s.read[b][ref.Path[1]] = v
	return ok
}

// attribute gives what a block offers by a name: something exported, an argument, or a named port. It returns
// cty.NilVal for a name that means nothing.
func (r *resolver) attribute(b *decode.Block, name string, at hcl.Range) (cty.Value, bool) {
	var n *node
	switch {
	case exports(b, name):
		n = r.export(b, name, at)
	case b.Schema.Arg(name) != nil:
		n = r.argument(b, name, at)
	case port(b, name) != nil:
		return r.refs.value(reference{addr.New(b.Type, b.Label), name}, nil), true
	default:
		return cty.NilVal, false
	}
	return n.value, n.ok
}

func exports(b *decode.Block, name string) bool {
	for _, e := range b.Schema.Exports {
		if e.Name == name {
			return true
		}
	}
	return false
}

func port(b *decode.Block, name string) *decode.Block {
	for _, inner := range b.Blocks {
		if inner.Type == portBlock && inner.Label == name {
			return inner
		}
	}
	return nil
}

func attributeNames(b *decode.Block) []string {
	names := []string{"addr"}
	for _, e := range b.Schema.Exports {
		names = append(names, e.Name)
	}
	return slices.Concat(names, portNames(b), b.Schema.ArgNames())
}

func portNames(b *decode.Block) []string {
	var names []string
	for _, inner := range b.Blocks {
		if inner.Type == portBlock {
			names = append(names, inner.Label)
		}
	}
	return names
}

// checkPorts reports ports that no reference could reach, since their name means something else.
func (r *resolver) checkPorts(b *decode.Block) {
	for _, inner := range b.Blocks {
		name := inner.Label
		if inner.Type == portBlock && (name == "addr" || exports(b, name) || b.Schema.Arg(name) != nil) {
			r.errorf(diag.NameConflict, inner.LabelRange, "Name conflict",
				"A port cannot be called %q, since %s.%s.%s already means something else. Give it another name.",
				name, b.Type, b.Label, name)
		}
	}
}

// extend adds to the references within a value the attributes that a path reads of them.
func (r *resolver) extend(v cty.Value, path []string, by decode.Reference) (cty.Value, bool) {
	if len(path) == 0 {
		return v, true
	}
	v, marks := v.Unmark()
	ty := v.Type()
	if v.IsNull() || !v.IsKnown() || !ty.IsObjectType() {
		return v.WithMarks(marks), true
	}
	attrs := v.AsValueMap()
	if ref, ok := r.refs.of(v); ok && ref.port == "" && !ty.HasAttribute(path[0]) {
		b := r.blocks[ref.addr.Kind][ref.addr.Name]
		got, ok := r.attribute(b, path[0], by.Range)
		if got == cty.NilVal {
			r.errorf(diag.UnknownReference, by.Range, "Unknown reference", "%s leads to %s, which has no attribute %q.%s",
				by.Root+"."+by.Path[0], ref, path[0], diag.DidYouMean(path[0], attributeNames(b)))
		}
		if !ok {
			return v, false
		}
		attrs[path[0]] = got
	} else if inner, ok := attrs[path[0]]; ok {
		if attrs[path[0]], ok = r.extend(inner, path[1:], by); !ok {
			return v, false
		}
	}
	return cty.ObjectVal(attrs).WithMarks(marks), true
}
