package resolve

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"

	"github.com/deployrecipe/recipe/lang/syntax"
)

// called are the names of the functions that an expression calls, each with the first place that does.
func called(expr hcl.Expression, files map[string]*hcl.File) map[string]hcl.Range {
	found := map[string]hcl.Range{}
	note := func(node hclsyntax.Node, at *hcl.Range) {
		_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
			if c, ok := n.(*hclsyntax.FunctionCallExpr); ok {
				if _, seen := found[c.Name]; !seen {
					found[c.Name] = c.NameRange
					if at != nil {
						found[c.Name] = *at
					}
				}
			}
			return nil
		})
	}
	if native, ok := expr.(hclsyntax.Expression); ok {
		note(native, nil)
	}
	if hcljson.IsJSONExpression(expr) {
		for _, text := range jsonTexts(expr, files) {
			if parsed, diags := syntax.ParseTemplate([]byte(text), "result"); !diags.HasErrors() {
				rng := expr.Range()
				note(parsed.(hclsyntax.Expression), &rng)
			}
		}
	}
	return found
}

// jsonTexts are the texts in a JSON value, which the HCL library reads as templates when it evaluates them and shows
// to nobody.
func jsonTexts(expr hcl.Expression, files map[string]*hcl.File) []string {
	file, rng := files[expr.Range().Filename], expr.Range()
	if file == nil || !rng.CanSliceBytes(file.Bytes) {
		return nil
	}
	var tree any
	if json.Unmarshal(rng.SliceBytes(file.Bytes), &tree) != nil {
		return nil
	}
	var texts []string
	var walk func(any)
	walk = func(node any) {
		switch n := node.(type) {
		case string:
			texts = append(texts, n)
		case []any:
			for _, el := range n {
				walk(el)
			}
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(n)) {
				texts = append(texts, key)
				walk(n[key])
			}
		}
	}
	walk(tree)
	return texts
}
