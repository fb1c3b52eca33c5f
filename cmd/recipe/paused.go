package main

import (
	"slices"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/kind"
)

// undecided says what a switchover that is paused waits for.
const undecided = `it waits for "recipe promote" or "recipe revert"`

// undecided says why there is nothing to promote or to revert.
func (r *report) undecided(made *planned) error {
	site := world.Facts(made.observed).Site(r.head.Name)
	if r.options.mode == kind.Revert {
		return failf("Nothing to revert", "No switchover of %s is under way.", r.head.Name)
	}
	if site != nil && slices.ContainsFunc(site.Groups, func(g proxy.Group) bool { return g.Switch != nil }) {
		return failf("Nothing to promote", "No switchover of %s is paused. One that an apply left unfinished goes on with the next apply, or back with \"recipe revert\".", r.head.Name)
	}
	return failf("Nothing to promote", "No switchover of %s is paused.", r.head.Name)
}
