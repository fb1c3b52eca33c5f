package resolve

import (
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// scope is what one expression can see: the values that it names, and no others.
type scope struct {
	frame
	root branch
	// reasons say, in place of the HCL library, why a reference leads nowhere.
	reasons []reason
}

// branch is a part of a scope: a value, a reference to an object with the attributes read of it, or a name that others
// stand under.
type branch struct {
	value cty.Value
	of    *object
	attrs map[string]cty.Value
	under map[string]*branch
}

// reason explains an error of the HCL library within a range.
type reason struct {
	rng  hcl.Range
	diag *hcl.Diagnostic
}

// at is the branch of a path, which it makes where it is missing.
func (b *branch) at(path ...string) *branch {
	for _, name := range path {
		if b.under == nil {
			b.under = map[string]*branch{}
		}
		if b.under[name] == nil {
			b.under[name] = &branch{}
		}
		b = b.under[name]
	}
	return b
}

// eval evaluates an expression that is part of a node. It reports false when the expression, or something that
// it reads, has an error, all of which are reported by then.
func (r *resolver) eval(n *node, f frame, expr hcl.Expression) (cty.Value, bool) {
	r.work++
	defer r.enter(f.in)()
	p := r.parsed(expr)
	s := &scope{frame: f}
	ok := true
	for _, ref := range p.refs {
		r.work++
		ok = r.lookUp(n, s, r.withKeys(s, ref)) && ok
	}
	if !ok {
		return cty.DynamicVal, false
	}
	return r.evalIn(s, p.expr)
}

// parsed is an expression as it is evaluated, in each of the instances of its block.
type parsed struct {
	expr hcl.Expression
	refs []decode.Reference
}

func (r *resolver) parsed(expr hcl.Expression) *parsed {
	p := r.exprs[expr]
	if p == nil {
		native := decode.Native(expr)
		p = &parsed{native, decode.References(native)}
		if r.stoppable {
			markFors(native)
		}
		r.exprs[expr] = p
	}
	return p
}

func (r *resolver) evalIn(s *scope, expr hcl.Expression) (cty.Value, bool) {
	defer r.working(expr.Range())()
	v, diags := expr.Value(r.context(s))
	if diags.HasErrors() {
		r.report(tidy(s.explained(diags), s)...)
		return cty.DynamicVal, false
	}
	if isLarge(v) {
		r.errorf(diag.TooMuchWork, expr.Range(), "Too much to compute",
			"The value of this expression has more than %d parts, or more than %d MiB of text.", maxParts, maxText>>20)
		return cty.DynamicVal, false
	}
	if isHuge(v) {
		r.errorf(diag.NumberTooLarge, expr.Range(), "Number too large",
			"The value of this expression has more than %d binary digits before or after its point.", maxMagnitude)
		return cty.DynamicVal, false
	}
	if s.root.refers() && torn(v) {
		r.errorf(diag.WrongType, expr.Range(), "Block taken apart", "%s.", capital(errWhole.Error()))
		return cty.DynamicVal, false
	}
	return v, true
}

// withKeys completes a reference's path by the keys that it computes. What they read is in the scope by now.
func (r *resolver) withKeys(s *scope, ref decode.Reference) decode.Reference {
	for next := ref.Next(); next != nil; next = ref.Next() {
		if next.Key != nil {
			v, diags := next.Key.Value(r.context(s))
			v, _ = v.Unmark()
			key, err := convert.Convert(v, cty.String)
			if diags.HasErrors() || err != nil || !key.IsKnown() || key.IsNull() {
				return ref // evaluating the expression says what is wrong
			}
			ref = ref.With(key.AsString())
		}
	}
	return ref
}

// context is the scope in the form that the HCL library takes.
func (r *resolver) context(s *scope) *hcl.EvalContext {
	vars := make(map[string]cty.Value, len(s.root.under))
	for name, b := range s.root.under {
		vars[name] = r.branchValue(b)
	}
	return &hcl.EvalContext{Variables: vars, Functions: s.in.funcs.callable}
}

func (r *resolver) branchValue(b *branch) cty.Value {
	switch {
	case b.of != nil:
		attrs := maps.Clone(b.attrs)
		for name, inner := range b.under { // outputs of a library that is named whole, too
			if attrs == nil {
				attrs = map[string]cty.Value{}
			}
			attrs[name] = r.branchValue(inner)
		}
		return r.refs.value(reference{addr: b.of.addr}, attrs)
	case b.value != cty.NilVal:
		return b.value
	}
	all := make(map[string]cty.Value, len(b.under))
	for name, inner := range b.under {
		all[name] = r.branchValue(inner)
	}
	return cty.ObjectVal(all)
}

// refers tells whether there are blocks in a branch.
func (b *branch) refers() bool {
	if b.of != nil || b.value != cty.NilVal && holdsBlock(b.value.Type()) {
		return true
	}
	for _, inner := range b.under {
		if inner.refers() {
			return true
		}
	}
	return false
}

func (b *branch) sensitive() bool {
	if b.value != cty.NilVal && isSensitive(b.value) {
		return true
	}
	for _, v := range b.attrs {
		if isSensitive(v) {
			return true
		}
	}
	for _, inner := range b.under {
		if inner.sensitive() {
			return true
		}
	}
	return false
}

// explained puts our reasons in the place of the HCL library's errors about the same part of the source.
func (s *scope) explained(diags hcl.Diagnostics) hcl.Diagnostics {
	var out hcl.Diagnostics
	for _, d := range diags {
		for _, why := range s.reasons {
			if d.Subject != nil && within(*d.Subject, why.rng) {
				d = why.diag
				break
			}
		}
		out = append(out, d)
	}
	return out
}

func within(inner, outer hcl.Range) bool {
	return inner.Filename == outer.Filename && inner.Start.Byte >= outer.Start.Byte && inner.End.Byte <= outer.End.Byte
}

// libraryFault begins the text of an error that the cty library made of a panic of its own; a stack follows.
const libraryFault = "panic in function implementation"

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
		c.Detail = diag.CallDetail(d) + nearAttribute(d)
		code := diag.EvaluationFailed
		if _, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallUnknownDiagExtra](d); ok {
			code = diag.UnknownFunction
		}
		if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok && s.root.sensitive() {
			c.Detail = "The call of " + call.CalledFunctionName() +
				" failed. What it says is withheld, since a sensitive value takes part in the expression."
			c.Extra = nil
		}
		if strings.Contains(c.Detail, libraryFault) {
			c.Detail, c.Extra = "This cannot be computed with the values that it has: they are infinite, too large or out of range.", nil
		}
		out = append(out, diag.WithCode(code, hcl.Diagnostics{&c})...)
	}
	return out
}
