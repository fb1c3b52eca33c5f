package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/decode"
)

// called are the names of the functions that an expression calls, each with the first place that does.
func called(expr hcl.Expression) map[string]hcl.Range {
	found := map[string]hcl.Range{}
	native, ok := decode.Native(expr).(hclsyntax.Expression)
	if !ok {
		return found
	}
	_ = hclsyntax.VisitAll(native, func(n hclsyntax.Node) hcl.Diagnostics {
		if c, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			if _, seen := found[c.Name]; !seen {
				found[c.Name] = c.NameRange
			}
		}
		return nil
	})
	return found
}
