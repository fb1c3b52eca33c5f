package main

import (
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// owned refuses a plan for objects that a recipe of the same name made from elsewhere: two people who both call
// their app "shop" must not take each other's down.
func (p *planner) owned(observed *state.Observed) error {
	if p.options.adopt {
		return nil
	}
	name, from := p.foreign(observed)
	if from == "" {
		return nil
	}
	return fail(diag.Errorf(diag.NameConflict, &p.head.Range, "Made from elsewhere",
		"The engine has a recipe named %q already: %s was made from %s, and this recipe is at %s. Give one of them another name, or take over what is there with --adopt.",
		p.head.Name, name, from, p.head.Origin))
}

// foreign finds an object that was made from another origin. Volumes do not count, since they keep their first
// labels for ever, nor do images.
func (p *planner) foreign(observed *state.Observed) (name, from string) {
	for _, o := range observed.Objects {
		var labels map[string]string
		switch data := o.Data.(type) {
		case engine.Container:
			labels = data.Labels
		case engine.Network:
			labels = data.Labels
		}
		if from := labels[label.Origin]; from != "" && from != p.head.Origin {
			return o.Type + " " + o.Name, from
		}
	}
	if site := world.Facts(observed).Site(p.head.Name); site != nil && site.Origin != "" && site.Origin != p.head.Origin {
		return "its part in the edge", site.Origin
	}
	return "", ""
}
