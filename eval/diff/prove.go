package diff

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/plan"
)

// prove holds the plan against the invariants. Steps of a plan that breaks one must not run.
func prove(p *plan.Plan) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, violation := range plan.Validate(p) {
		diags = append(diags, internal("The plan breaks a rule that every plan must keep: %s.", violation.Error()))
	}
	return diags
}
