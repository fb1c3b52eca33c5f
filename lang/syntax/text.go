package syntax

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/diag"
)

// ParseTemplate parses a text with interpolations, such as a file for templatefile, within the same bounds as
// recipes. The expression is nil when there are errors.
func ParseTemplate(src []byte, name string) (hcl.Expression, hcl.Diagnostics) {
	src, d := clean(src, name)
	if d != nil {
		return nil, hcl.Diagnostics{d}
	}
	tokens, _ := hclsyntax.LexTemplate(src, name, hcl.InitialPos)
	if diags := boundTokens(tokens, strict()); diags.HasErrors() {
		return nil, diags
	}
	return parsed(hclsyntax.ParseTemplate(src, name, hcl.InitialPos))
}

// ParseExpression parses one expression, such as a value on the command line, within the same bounds as recipes.
// The expression is nil when there are errors.
func ParseExpression(src []byte, name string) (hcl.Expression, hcl.Diagnostics) {
	return ParseExpressionAt(src, name, hcl.InitialPos)
}

// ParseExpressionAt is ParseExpression for an expression that stands at a place of a longer text.
func ParseExpressionAt(src []byte, name string, start hcl.Pos) (hcl.Expression, hcl.Diagnostics) {
	src, d := clean(src, name)
	if d != nil {
		return nil, hcl.Diagnostics{d}
	}
	tokens, _ := hclsyntax.LexExpression(src, name, start)
	if diags := boundTokens(tokens, strict()); diags.HasErrors() {
		return nil, diags
	}
	return parsed(hclsyntax.ParseExpression(src, name, start))
}

func parsed(expr hclsyntax.Expression, diags hcl.Diagnostics) (hcl.Expression, hcl.Diagnostics) {
	diags = firstPerLine(diag.WithCode(diag.SyntaxError, diags))
	if diags.HasErrors() {
		return nil, diags
	}
	return expr, diags
}
