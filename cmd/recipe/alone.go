package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/diag"
)

// apart refuses a plan that does more than the command asks for, since the recipe has changed since it was applied: a
// restart deploys nothing new, and who scales changes a count.
func (p *planner) apart(made *plan.Plan) error {
	if p.options.command == "" {
		return nil
	}
	if p.options.prune {
		return p.clears(made)
	}
	var more []string
	for _, c := range made.Changes {
		if what := p.beyond(c); what != "" {
			more = append(more, fmt.Sprintf("  %s: %s", c.Addr, what))
		}
	}
	if len(more) == 0 {
		return nil
	}
	slices.Sort(more)
	word, _, _ := strings.Cut(p.options.command, " ")
	return fail(diag.Errorf("", nil, "The recipe has changed",
		"A %s does that alone, and the recipe asks for more since it was applied:\n%s\nApply it, which does both, or use the files that were applied last: \"recipe history\" tells their revision.",
		word, strings.Join(more, "\n")))
}

// beyond says what of a change the command did not ask for, empty where it did, or where the engine was changed and not
// the recipe.
func (p *planner) beyond(c plan.Change) string {
	var paths []string
	for _, f := range c.Fields {
		if !f.Drift && f.Path != p.options.alone {
			paths = append(paths, f.Path)
		}
	}
	switch {
	case len(paths) > 0:
		return strings.Join(paths, ", ") + " changed"
	case c.Cause.Drift || c.Addr.Kind == "service" && c.Action != plan.Create || c.Addr.Kind == "proxy":
		return ""
	}
	return "would " + string(c.Action)
}
