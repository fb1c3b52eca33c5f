package funcs

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/lang/diag"
)

// try is that of the HCL library, but evaluates each expression once. The library does it once for the type and once
// for the value, so that thirty of them within one another would never end.
func try() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType},
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args) == 0 {
				return cty.NilVal, errors.New("an expression to try is required")
			}
			var wrong []string
			for _, arg := range args {
				v, diags := customdecode.ExpressionClosureFromVal(arg).Value()
				if !diags.HasErrors() {
					return settled(v), nil
				}
				wrong = append(wrong, reasons(diags)...)
			}
			return cty.NilVal, errors.New("none of the expressions can be evaluated:\n" + strings.Join(wrong, "\n"))
		},
	})
}

// settled is a value of which it is certain that its expression can be evaluated. While parts of it are unknown,
// that may still fail, and another expression's value be taken.
func settled(v cty.Value) cty.Value {
	if !v.IsWhollyKnown() {
		_, marks := v.UnmarkDeep()
		return cty.DynamicVal.WithMarks(marks)
	}
	return v
}

func reasons(diags hcl.Diagnostics) []string {
	var all []string
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			all = append(all, "- "+d.Summary+": "+strings.TrimSuffix(diag.CallDetail(d), "."))
		}
	}
	return all
}
