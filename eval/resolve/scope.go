package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// scope is what one expression can see: the values that it names.
type scope struct {
	roots map[string]map[string]cty.Value
	// read are the attributes read of each block that is referred to.
	read map[*decode.Block]map[string]cty.Value
}

// eval evaluates an expression that is part of a node. It reports false when the expression, or something that
// it reads, has an error, all of which are reported by then.
func (r *resolver) eval(n *node, expr hcl.Expression) (cty.Value, bool) {
	r.work++
	s := &scope{roots: map[string]map[string]cty.Value{}, read: map[*decode.Block]map[string]cty.Value{}}
	ok := true
	for _, ref := range decode.References(expr) {
		r.work++
		ok = r.lookUp(n, s, ref) && ok
	}
	if !ok {
		return cty.DynamicVal, false
	}
	return r.evalIn(s, expr)
}

func (r *resolver) evalIn(s *scope, expr hcl.Expression) (cty.Value, bool) {
	ctx := &hcl.EvalContext{Variables: r.variables(s), Functions: r.funcs.callable}
	v, diags := expr.Value(ctx)
	if diags.HasErrors() {
		r.report(tidy(diags, s)...)
		return cty.DynamicVal, false
	}
	return v, true
}

// variables are the scope in the form that the HCL library takes.
func (r *resolver) variables(s *scope) map[string]cty.Value {
	for b, attrs := range s.read {
		s.put(b.Type, b.Label, r.refs.value(r.reference(b), attrs))
	}
	vars := make(map[string]cty.Value, len(s.roots))
	for root, names := range s.roots {
		vars[root] = cty.ObjectVal(names)
	}
	return vars
}

func (s *scope) put(root, name string, v cty.Value) {
	if s.roots[root] == nil {
		s.roots[root] = map[string]cty.Value{}
	}
	s.roots[root][name] = v
}

func (s *scope) sensitive() bool {
	for _, names := range s.roots {
		for _, v := range names {
			if isSensitive(v) {
				return true
			}
		}
	}
	return false
}

// lookUp puts what a reference reads into the scope, and what it names into the node's uses.
func (r *resolver) lookUp(n *node, s *scope, ref decode.Reference) bool {
	if _, ok := r.in.Kinds[ref.Root]; !ok && !slices.Contains(rootNames(), ref.Root) {
		return r.undeclared(ref, 0, slices.Concat(rootNames(), slices.Sorted(maps.Keys(r.in.Kinds))))
	}
	if len(ref.Path) == 0 {
		r.errorf(diag.UnknownReference, ref.Range, "Incomplete reference",
			"%q must be followed by a dot and a name that is written out.", ref.Root)
		return false
	}
	switch ref.Root {
	case "var":
		b := r.vars[ref.Path[0]]
		if b == nil {
			return r.undeclared(ref, 1, slices.Sorted(maps.Keys(r.vars)))
		}
		return r.take(s, ref, r.variable(b, ref.Range))
	case "local":
		if r.locals[ref.Path[0]] == nil {
			return r.undeclared(ref, 1, slices.Sorted(maps.Keys(r.locals)))
		}
		return r.lookUpLocal(n, s, ref)
	case "path", "recipe":
		return r.lookUpFact(s, ref)
	case "self":
		return r.lookUpSelf(n, s, ref)
	case "each", "use":
		r.errorf(diag.NotBuiltYet, ref.Range, "Not built yet",
			"%q is part of the language but not built yet in this version.", ref.Root)
		return false
	}
	return r.lookUpBlock(n, s, ref)
}

func rootNames() []string { return []string{"var", "local", "each", "self", "path", "recipe", "use"} }

func (r *resolver) take(s *scope, ref decode.Reference, n *node) bool {
	if n.ok {
		s.put(ref.Root, ref.Path[0], n.value)
	}
	return n.ok
}

// lookUpLocal takes a local value. Where it holds references, and the expression reads attributes of what they
// lead to, these are added, as they are for a reference that is named directly.
func (r *resolver) lookUpLocal(n *node, s *scope, ref decode.Reference) bool {
	name := ref.Path[0]
	local := r.local(name, ref.Range)
	if !local.ok {
		return false
	}
	n.uses = n.uses.with(local.uses)
	v, seen := s.roots["local"][name]
	if !seen {
		v = local.value
	}
	v, ok := r.extend(v, ref.Path[1:], ref)
	s.put("local", name, v)
	return ok
}

func (r *resolver) lookUpFact(s *scope, ref decode.Reference) bool {
	switch word := ref.Root + "." + ref.Path[0]; word {
	case "path.module", "path.root":
		s.put("path", ref.Path[0], cty.StringVal(r.in.Dir))
		return true
	case "recipe.name":
		return r.take(s, ref, r.recipeName(ref.Range))
	default:
		names := map[string][]string{"path": {"module", "root"}, "recipe": {"name"}}[ref.Root]
		rng := ref.Traversal[1].SourceRange()
		r.errorf(diag.UnknownReference, rng, "Unknown reference", "%q has no attribute %q.%s",
			ref.Root, ref.Path[0], diag.DidYouMean(ref.Path[0], names))
		return false
	}
}

// undeclared reports a reference that leads nowhere, unless what it means may have been lost in decoding.
func (r *resolver) undeclared(ref decode.Reference, depth int, candidates []string) bool {
	lost := slices.ContainsFunc(ref.Path, func(name string) bool { return r.m.Lost[name] })
	if depth == 0 || !r.m.Incomplete && !lost {
		r.report(ref.Undeclared(depth, candidates))
	}
	return false
}

// tidy makes the HCL library's diagnostics ours: coded, and without the values that they carry. A function's
// own words may repeat its arguments, so they are withheld where one may be sensitive.
func tidy(diags hcl.Diagnostics, s *scope) hcl.Diagnostics {
	var out hcl.Diagnostics
	for _, d := range diags {
		if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
			if inner, ok := call.FunctionCallError().(bodyError); ok {
				out = append(out, inner.calledFrom(call.CalledFunctionName(), d)...)
				continue
			}
		}
		c := *d
		c.EvalContext, c.Expression = nil, nil
		code := diag.EvaluationFailed
		if _, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallUnknownDiagExtra](d); ok {
			code = diag.UnknownFunction
		}
		if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok && s.sensitive() {
			c.Detail = "The call of " + call.CalledFunctionName() +
				" failed. What it says is withheld, since a sensitive value takes part in the expression."
			c.Extra = nil
		}
		out = append(out, diag.WithCode(code, hcl.Diagnostics{&c})...)
	}
	return out
}
