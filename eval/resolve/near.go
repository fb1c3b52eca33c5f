package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/diag"
)

// nearAttribute suggests what was meant, for a diagnostic of the HCL library about an attribute that an object does not
// have. It is empty where nothing is near, and for an object that is sensitive.
func nearAttribute(d *hcl.Diagnostic) string {
	e, ok := d.Expression.(*hclsyntax.ScopeTraversalExpr)
	if !ok || d.EvalContext == nil || d.Subject == nil {
		return ""
	}
	for i, step := range e.Traversal {
		attr, ok := step.(hcl.TraverseAttr)
		if !ok || attr.SrcRange != *d.Subject {
			continue
		}
		object, diags := e.Traversal[:i].TraverseAbs(d.EvalContext)
		if diags.HasErrors() || object.IsMarked() || !object.Type().IsObjectType() {
			return ""
		}
		return diag.DidYouMean(attr.Name, slices.Sorted(maps.Keys(object.Type().AttributeTypes())))
	}
	return ""
}
