package main

import (
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// explainUsage is the help of --explain, of plans that are made and of those that were saved.
const explainUsage = "tell all about one `ADDRESS` or step of the plan: why it changes, and what that causes"

// explain tells all about one resource or step of a plan. The recipe's files and what it wants are known for a plan
// that was just made, and not for one that was saved.
func (p *planner) explain(made *plan.Plan, desired *state.Desired, about string) error {
	known := render.Known{Desired: desired, Source: func(name string) []byte {
		if file := p.sources[name]; file != nil {
			return file.Bytes
		}
		return nil
	}}
	candidates, ok, err := render.Explain(p.stdout, made, about, known, p.style())
	if ok || err != nil {
		return err
	}
	return fail(diag.Errorf(diag.UnknownReference, nil, "Nothing to explain",
		"Neither the plan nor the recipe has %q. Give an address such as service.web, a step's number, or its ID.%s", about, diag.DidYouMean(about, candidates)))
}
