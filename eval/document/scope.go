package document

import (
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Scope is the part of a recipe that a plan is about, and what follows from that. A plan of a whole recipe has none.
type Scope struct {
	// Targets, Excludes and Replaces are the options as they were given.
	Targets     []string `json:"targets"`
	Excludes    []string `json:"excludes"`
	Replaces    []string `json:"replaces"`
	RefreshOnly bool     `json:"refresh_only"`
	// Added is what is planned, or left out, with what the options name.
	Added []plan.Added `json:"added"`
	// LeftOut is what the plan is not about, Pending what of it is not as the recipe says.
	LeftOut []addr.Addr    `json:"left_out"`
	Pending []plan.Pending `json:"pending"`
	// Unplanned says why Pending is not known.
	Unplanned    string `json:"unplanned,omitempty"`
	StaleOutputs bool   `json:"stale_outputs"`
}

func scopeOf(s *plan.Scope) *Scope {
	if s == nil {
		return nil
	}
	return &Scope{Targets: list(s.Targets, same[string]), Excludes: list(s.Excludes, same[string]), Replaces: list(s.Replaces, same[string]),
		RefreshOnly: s.RefreshOnly, Added: list(s.Added, same[plan.Added]), LeftOut: list(s.LeftOut, same[addr.Addr]),
		Pending: list(s.Pending, same[plan.Pending]), Unplanned: s.Unplanned, StaleOutputs: s.StaleOutputs}
}
