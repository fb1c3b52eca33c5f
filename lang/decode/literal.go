package decode

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// isLiteral reports whether an expression is a value written out: no reference, call or operator in it.
func isLiteral(expr hcl.Expression) bool {
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.TemplateExpr:
		return allLiteral(e.Parts)
	case *hclsyntax.ParenthesesExpr:
		return isLiteral(e.Expression)
	case *hclsyntax.TupleConsExpr:
		return allLiteral(e.Exprs)
	case *hclsyntax.UnaryOpExpr:
		return e.Op == hclsyntax.OpNegate && isLiteral(e.Val)
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if _, ok := keyName(item.KeyExpr); !ok || !isLiteral(item.ValueExpr) {
				return false
			}
		}
		return true
	}
	return json.IsJSONExpression(expr) && literalJSON(expr)
}

func allLiteral(exprs []hclsyntax.Expression) bool {
	for _, e := range exprs {
		if !isLiteral(e) {
			return false
		}
	}
	return true
}

// literalJSON asks whether the strings of a JSON value hold templates: read as templates and as plain text, a
// literal gives the same.
func literalJSON(expr hcl.Expression) bool {
	if len(expr.Variables()) > 0 {
		return false
	}
	plain, _ := expr.Value(nil)
	evaluated, diags := expr.Value(&hcl.EvalContext{})
	return !diags.HasErrors() && plain.RawEquals(evaluated)
}

// keyName returns the name of an object's key, and false when it is computed.
func keyName(key hcl.Expression) (string, bool) {
	if k, ok := key.(*hclsyntax.ObjectConsKeyExpr); !ok || !k.ForceNonLiteral {
		if word := hcl.ExprAsKeyword(key); word != "" {
			return word, true
		}
	}
	if len(key.Variables()) > 0 {
		return "", false
	}
	v, diags := key.Value(&hcl.EvalContext{})
	if diags.HasErrors() {
		return "", false
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil || s.IsNull() || !s.IsKnown() {
		return "", false
	}
	return s.AsString(), true
}
