package resolve

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// outputRoot is what a console calls the module's outputs by, which no expression of a recipe reads.
const outputRoot = "output"

// Console evaluates expressions in the scope of a module, one after the other, each as lazily as an argument of
// the module. Secrets, and variables that were given no value, are unknown to it. A value that was computed for
// one expression is there for the next.
type Console struct {
	m  *decode.Module
	in Inputs
	r  *resolver
}

// NewConsole makes a console for a module; an empty one knows functions alone.
func NewConsole(m *decode.Module, in Inputs) *Console {
	in.Secrets = nil
	return &Console{m: m, in: in}
}

// Show evaluates an expression and writes its value as HCL, over several lines where it has parts. A reference to a
// block shows all that the block offers, and a bare root (var, local, output, a kind) all that it holds. Parts
// that cannot be shown are in brackets: "(sensitive value)", "(not known yet)".
//
// An evaluation has the bounds of any other, and ends with the context, too.
func (c *Console) Show(ctx context.Context, expr hcl.Expression) (string, hcl.Diagnostics) {
	if c.r == nil {
		c.r = newResolver(c.m, c.in)
		c.r.lenient, c.r.stoppable = true, true
	}
	r := c.r
	var ok bool
	text := ""
	stopped := r.boundedUntil(ctx.Done(), func() {
		var v cty.Value
		if v, ok = r.shown(expr); ok {
			w := writer{refs: r.refs}
			text = w.text(v)
		}
	})
	if stopped != nil {
		c.r = nil
		return "", stopped
	}
	diags := r.diags
	r.diags, r.told = nil, map[complaint]*telling{}
	if diags.HasErrors() {
		c.r = nil // it keeps silent about what it reported once, and the next expression may read the same
		return "", diags
	}
	if !ok {
		return "", hcl.Diagnostics{diag.Errorf(diag.EvaluationFailed, expr.Range().Ptr(), "Evaluation failed",
			"Something that this reads has errors, which were told when the recipe was read.")}
	}
	return text, diags
}

// shown is the value that a console shows for an expression.
func (r *resolver) shown(expr hcl.Expression) (cty.Value, bool) {
	path, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		return r.consoleEval(expr)
	}
	if len(path) == 1 {
		if names, ok := r.members(path.RootName()); ok {
			return r.gathered(path, names)
		}
	}
	v, ok := r.consoleEval(expr)
	if !ok {
		return v, false
	}
	if ref, is := r.refs.of(v); is && ref.port == "" {
		if o := r.objects[ref.addr]; o != nil {
			return r.gathered(path, attributeNames(r, o))
		}
	}
	return v, true
}

// members are the names below a root, where it is one that can be listed.
func (r *resolver) members(root string) ([]string, bool) {
	switch root {
	case "var":
		return slices.Sorted(maps.Keys(r.root.vars)), true
	case "local":
		return slices.Sorted(maps.Keys(r.root.locals)), true
	case outputRoot:
		var names []string
		for _, b := range r.root.outputs {
			names = append(names, b.Label)
		}
		return names, true
	}
	blocks, ok := r.root.blocks[root]
	return slices.Sorted(maps.Keys(blocks)), ok
}

// gathered is an object of what stands below a path by several names; what is not set is left out.
func (r *resolver) gathered(path hcl.Traversal, names []string) (cty.Value, bool) {
	all, ok := map[string]cty.Value{}, true
	for _, name := range names {
		step := hcl.TraverseAttr{Name: name, SrcRange: path.SourceRange()}
		v, fine := r.consoleEval(&hclsyntax.ScopeTraversalExpr{
			Traversal: append(slices.Clone(path), step), SrcRange: path.SourceRange(),
		})
		if ok = ok && fine; fine && !isUnset(v) {
			all[name] = v
		}
	}
	return cty.ObjectVal(all), ok
}

// consoleEval evaluates an expression that may read outputs.
func (r *resolver) consoleEval(expr hcl.Expression) (cty.Value, bool) {
	n := &node{text: "the expression", at: expr.Range()}
	p := r.parsed(expr)
	s := &scope{frame: frame{in: r.root}}
	ok := true
	for _, ref := range p.refs {
		ref = r.withKeys(s, ref)
		if ref.Root == outputRoot {
			ok = r.lookUpOutput(s, ref) && ok
			continue
		}
		ok = r.lookUp(n, s, ref) && ok
	}
	if !ok {
		return cty.DynamicVal, false
	}
	return r.evalIn(s, p.expr)
}

func (r *resolver) lookUpOutput(s *scope, ref decode.Reference) bool {
	names, _ := r.members(outputRoot)
	if len(ref.Path) == 0 {
		r.errorf(diag.UnknownReference, ref.Range, "Incomplete reference", "%q must be followed by a dot and the name of an output.", outputRoot)
		return false
	}
	for _, b := range r.root.outputs {
		if b.Label != ref.Path[0] || b.Args["value"] == nil {
			continue
		}
		n := r.outputValue(r.root, b, ref.Range)
		flag, ok := r.literal(r.root.single(b), "sensitive")
		if n.ok && ok && flag.True() {
			s.root.at(outputRoot, b.Label).value = n.value.Mark(Sensitive)
			return true
		}
		return ok && r.take(&node{}, s, ref, n)
	}
	return r.undeclared(s.in, ref, 1, names)
}
