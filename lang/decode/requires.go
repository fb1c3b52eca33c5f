package decode

import (
	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// Requires reads the version constraint of the recipe block, and nothing else: a recipe for a newer version may hold
// words that this one does not know. It returns an empty constraint and a nil range when there is none.
func Requires(files *syntax.Files) (string, *hcl.Range, hcl.Diagnostics) {
	blocks := &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "recipe"}}}
	args := &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "requires"}}}
	for _, file := range files.Recipes {
		// What is wrong with the form of these blocks is reported when they are decoded.
		content, _, _ := file.HCL.Body.PartialContent(blocks)
		for _, block := range content.Blocks {
			attrs, _, _ := block.Body.PartialContent(args)
			if attr := attrs.Attributes["requires"]; attr != nil {
				return constraint(attr)
			}
		}
	}
	return "", nil, nil
}

func constraint(attr *hcl.Attribute) (string, *hcl.Range, hcl.Diagnostics) {
	rng := attr.Expr.Range()
	if v, diags := attr.Expr.Value(nil); isLiteral(attr.Expr) && !diags.HasErrors() {
		switch {
		case v.IsNull():
			return "", nil, nil
		case v.Type() == cty.String:
			return v.AsString(), &rng, nil
		}
	}
	return "", &rng, hcl.Diagnostics{diag.Errorf(diag.RequiresVersion, &rng, "Invalid version constraint",
		`"requires" takes a literal string such as ">= 0.1", since it is read before anything is evaluated.`)}
}

// CheckRequires reports whether the recipe may be used by the given version of the tool. A version that is no
// version number is a build from source, and may use every recipe.
func CheckRequires(files *syntax.Files, toolVersion string) hcl.Diagnostics {
	text, rng, diags := Requires(files)
	if text == "" || diags.HasErrors() {
		return diags
	}
	want, err := version.NewConstraint(text)
	if err != nil {
		return hcl.Diagnostics{diag.Errorf(diag.RequiresVersion, rng, "Invalid version constraint",
			`%q is not a version constraint. Write one such as ">= 0.1", "~> 1.2" or ">= 1.0, < 2.0".`, text)}
	}
	have, err := version.NewVersion(toolVersion)
	if err != nil || want.Check(have.Core()) {
		return nil
	}
	return hcl.Diagnostics{diag.Errorf(diag.RequiresVersion, rng, "Another version is required",
		"This recipe requires version %s of the tool, and this is version %s. Install a version that fits, or change the constraint if the recipe is yours.",
		text, toolVersion)}
}
