package main

import (
	"slices"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// stranger is an object of the recipe's name that a recipe somewhere else has made.
type stranger struct{ name, origin string }

// owned refuses a plan for strangers' objects: two people who both call their app "shop" must not take each
// other's down.
func (p *planner) owned(strangers []stranger) error {
	if p.options.adopt || len(strangers) == 0 {
		return nil
	}
	return fail(diag.Errorf(diag.NameConflict, &p.head.Range, "Made from elsewhere",
		"The engine has a recipe named %q already: %s was made from %s, and this recipe is at %s. Give one of them another name, or take over what is there with --adopt.",
		p.head.Name, strangers[0].name, strangers[0].origin, p.head.Origin))
}

// strangers finds the objects that were made from another origin, one for each. Labels never change, so an origin
// that was adopted before is in the record. Volumes and images do not count: both outlive whoever made them.
func (p *planner) strangers(observed *state.Observed, recorded *state.Recorded) []stranger {
	var found []stranger
	add := func(name, origin string) {
		known := func(s stranger) bool { return s.origin == origin }
		if origin != "" && origin != p.head.Origin && !slices.Contains(recorded.Adopted, origin) && !slices.ContainsFunc(found, known) {
			found = append(found, stranger{name, origin})
		}
	}
	for _, o := range observed.Objects {
		switch data := o.Data.(type) {
		case engine.Container:
			add("container "+o.Name, data.Labels[label.Origin])
		case engine.Network:
			add("network "+o.Name, data.Labels[label.Origin])
		}
	}
	if site := world.Facts(observed).Site(p.head.Name); site != nil {
		add("its part in the edge", site.Origin)
	}
	return found
}
