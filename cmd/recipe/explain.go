package main

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// explainUsage is the help of --explain, of plans that are made and of those that were saved.
const explainUsage = "tell all about one `ADDRESS` or step of the plan: why it changes, and what that causes"

// explainSaved is explain of a plan in a file, which has the recipe's sources, and of what the recipe wants the addresses.
func (p *planner) explainSaved(f *saved.File, about string) error {
	desired := &state.Desired{Recipe: f.Recipe}
	for _, w := range f.Desired {
		desired.Resources = append(desired.Resources, &state.Resource{Addr: w.Addr})
	}
	for name, text := range f.Module.Files {
		p.addSources(map[string]*hcl.File{name: {Bytes: []byte(text)}})
	}
	return p.explain(f.Plan, desired, about)
}

// explain tells all about one resource or step of a plan.
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
