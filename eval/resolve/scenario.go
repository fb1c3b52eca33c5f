package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// Scope evaluates blocks that are no part of a module as if they stood in it: those of its tests. They may read what
// the module's blocks may, its outputs, and further roots. What the module does not know yet is unknown in it.
type Scope struct{ r *resolver }

// NewScope makes a scope of a module, with further roots by name.
func NewScope(m *decode.Module, in Inputs, roots map[string]cty.Value) *Scope {
	r := newResolver(m, in)
	r.lenient, r.extra = true, roots
	return &Scope{r}
}

// Value evaluates an expression. Its value is DynamicVal where it has errors.
func (s *Scope) Value(expr hcl.Expression) (v cty.Value, diags hcl.Diagnostics) {
	v = cty.DynamicVal
	return v, s.do(expr.Range(), func() bool {
		var ok bool
		v, ok = s.r.consoleEval(expr)
		return ok
	})
}

// Spec evaluates a block and those in it, in the form of state.Resource.Spec; blocks that state something are not
// among them. Sensitive values stand there as they are.
func (s *Scope) Spec(b *decode.Block) (spec []byte, diags hcl.Diagnostics) {
	diags = s.do(b.Range, func() bool {
		v, ok := s.r.body(&node{text: b.String(), at: b.Range}, frame{in: s.r.root}, b)
		if ok {
			v, _ = v.UnmarkDeep()
			e := encoder{refs: s.r.refs, keepNull: true}
			spec = e.bytes(v)
		}
		return ok
	})
	return spec, diags
}

// do evaluates within the bounds, and explains what fails without a word.
func (s *Scope) do(at hcl.Range, evaluate func() bool) hcl.Diagnostics {
	ok := false
	if stopped := s.r.bounded(func() { ok = evaluate() }); stopped != nil {
		return stopped
	}
	diags := s.r.diags
	s.r.diags = nil
	if !ok && !diags.HasErrors() {
		diags = append(diags, diag.Errorf(diag.EvaluationFailed, &at, "Evaluation failed",
			"Something that this reads has errors, which were told before."))
	}
	return diags
}
