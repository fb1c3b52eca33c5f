package resolve

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

func checkBlock() schema.Block {
	assert := schema.Stating("assert", "States one thing that should be true. It may read whatever the recipe's other blocks may.")
	assert.Min = 1
	return schema.Block{
		Name: "check", Label: "name",
		Doc:    "States what should be true of the whole recipe, and warns where it is not. Nothing is stopped by it, and errors within it are warnings too.",
		Blocks: []schema.Block{assert},
	}
}

// checks judges the check blocks. It comes after everything else was evaluated, so that whatever is wrong with what
// a check reads has been reported as the error that it is, and all that is reported here can be no more than a
// warning.
func (r *resolver) checks(m *module) {
	reported := len(r.diags)
	for _, b := range m.Blocks {
		if b.Type == "check" {
			o := m.single(b)
			n := &node{text: o.text()}
			r.stated(n, o, "assert", func(rule piece) bool { return r.check(n, o, rule) })
		}
	}
	for i, d := range r.diags[reported:] {
		c := *d
		c.Severity = hcl.DiagWarning
		r.diags[reported+i] = &c
	}
}

func (r *resolver) check(n *node, o *object, rule piece) bool {
	switch found, message := r.judge(rule.Block, r.within(n, rule.frame)); {
	case found == fails:
		r.failed(n, o, rule, diag.CheckFailed, message)
	case found == undecided && !r.lenient:
		r.errorf(diag.CheckFailed, rule.Args["condition"].Expr.Range(), "Check not decided",
			"Whether %s holds is known only when the plan runs.", o.text())
	}
	return true
}
