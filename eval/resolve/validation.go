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
func (r *resolver) valid(b *decode.Block) bool {
	ok := true
	for _, rule := range b.Conditions {
		ok = r.validation(b, rule) && ok
	}
	return ok
}

func (r *resolver) validation(b, rule *decode.Block) bool {
	s := &scope{roots: map[string]map[string]cty.Value{}}
	for _, name := range []string{"condition", "error"} {
		if a := rule.Args[name]; a == nil || !r.readVariables(s, b, a) {
			return false // of one that is not there, decoding said so
		}
	}
	found, message := r.judge(rule, func(expr hcl.Expression) (cty.Value, bool) { return r.evalIn(s, expr) })
	if found == fails {
		r.invalidVariable(b, r.origins[b], "is not allowed: %s", message)
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
		other := r.vars[ref.Path[0]]
		if other == nil {
			ok = r.undeclared(ref, 1, slices.Sorted(maps.Keys(r.vars)))
			continue
		}
		ok = r.take(s, ref, r.unjudged(other, ref.Range)) && ok
	}
	return ok
}

// wrongTypes adds to what is wrong with a type constraint what was meant.
func (r *resolver) wrongTypes(diags hcl.Diagnostics) hcl.Diagnostics {
	words := []string{"string", "number", "bool", "any", "list", "set", "map", "object", "tuple", "optional"}
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		c := *d
		if d.Subject != nil {
			word, _, _ := strings.Cut(r.source(*d.Subject), "(")
			c.Detail += diag.DidYouMean(word, words)
		}
		out[i] = &c
	}
	return diag.WithCode(diag.WrongType, out)
}
