package resolve

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// valid applies a variable's validation blocks. They may read variables and nothing else: everything else is made of
// variables, and of this one perhaps.
func (r *resolver) valid(m *module, b *decode.Block) bool {
	ok := true
	for _, rule := range b.Conditions {
		ok = r.validation(m, b, rule) && ok
	}
	return ok
}

func (r *resolver) validation(m *module, b, rule *decode.Block) bool {
	s := &scope{frame: frame{in: m}}
	for _, name := range []string{"condition", "error"} {
		if a := rule.Args[name]; a == nil || !r.readVariables(s, b, a) {
			return false // of one that is not there, decoding said so
		}
	}
	found, message := r.judge(rule, func(expr hcl.Expression) (cty.Value, bool) { return r.evalIn(s, expr) })
	if found == fails {
		r.invalidVariable(b, m.origins[b], "is not allowed: %s", message)
	}
	return found == holds || found == undecided
}

func (r *resolver) readVariables(s *scope, b *decode.Block, a *decode.Arg) bool {
	ok := true
	for _, ref := range decode.References(a.Expr) {
		if ref.Root != "var" || len(ref.Path) == 0 {
			ok = false
			r.errorf(diag.UnknownReference, ref.Range, "Reference not allowed",
				"The validation of a variable can read variables only, such as var.%s.", b.Label)
			continue
		}
		other := s.in.vars[ref.Path[0]]
		if other == nil {
			ok = r.undeclared(s.in, ref, 1, slices.Sorted(maps.Keys(s.in.vars)))
			continue
		}
		ok = r.take(&node{}, s, ref, r.unjudged(s.in, other, ref.Range)) && ok
	}
	return ok
}

// wrongTypes adds to what is wrong with a type constraint what was meant.
func (r *resolver) wrongTypes(m *module, diags hcl.Diagnostics) hcl.Diagnostics {
	words := []string{"string", "number", "bool", "any", "list", "set", "map", "object", "tuple", "optional"}
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		c := *d
		if d.Subject != nil {
			word, _, _ := strings.Cut(m.source(*d.Subject), "(")
			c.Detail += diag.DidYouMean(word, words)
		}
		out[i] = &c
	}
	return diag.WithCode(diag.WrongType, out)
}
