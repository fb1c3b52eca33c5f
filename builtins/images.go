package builtins

import (
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// findImage finds what a service or job runs: the image of a block, or one named as text, which is pulled
// where the engine does not have it. An image that could not be resolved is its own kind's to report.
func findImage(in kind.Input, r *state.Resource, named container.Image, platform string) (container.Found, kind.Result, error) {
	facts := image.FactsOf(in.Observed)
	if named.Addr != "" {
		a, err := addr.Parse(named.Addr)
		if err != nil {
			return container.Found{}, kind.Result{}, err
		}
		c, _ := facts.Content(a)
		return container.Found{Ref: c.Ref, Content: c.Digest, Ready: []plan.ID{plan.ReadyID(a)}}, kind.Result{}, nil
	}
	c, ok := facts.Content(named.Name)
	if !ok {
		if problem := facts.Problems[r.Addr]; problem != nil {
			return container.Found{}, kind.Result{}, problem
		}
		return container.Found{}, kind.Result{}, fmt.Errorf("image %q was not looked up", named.Name)
	}
	found := container.Found{Ref: c.Ref, Content: c.Digest}
	step, needed := image.EnsureStep(r, named.Name, platform, c)
	if !needed {
		return found, kind.Result{}, nil
	}
	found.Ready = []plan.ID{step.ID}
	if slices.ContainsFunc(in.Done.Steps, func(s plan.Step) bool { return s.ID == step.ID }) {
		return found, kind.Result{}, nil // a kind before this one has asked for it
	}
	return found, kind.Result{Steps: []plan.Step{step}}, nil
}
