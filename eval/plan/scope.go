package plan

import "github.com/deployrecipe/recipe/eval/addr"

// Scope says which part of a recipe a plan is about, where options left some of it out or asked for more than the
// recipe does, and what follows from that. A plan of a whole recipe has none.
type Scope struct {
	// Targets, Excludes and Replaces are the options as they were given.
	Targets  []string `json:"targets,omitempty"`
	Excludes []string `json:"excludes,omitempty"`
	Replaces []string `json:"replaces,omitempty"`
	// RefreshOnly says that the record alone is brought in line with what stands.
	RefreshOnly bool `json:"refresh_only,omitempty"`
	// Added is what is planned, or left out, with what the options name, since it belongs together.
	Added []Added `json:"added,omitempty"`
	// LeftOut are the addresses that are wanted or stand, and that the plan is not about.
	LeftOut []addr.Addr `json:"left_out,omitempty"`
	// Pending is what an apply of the whole recipe would do besides: it is out of date when this plan is carried out.
	Pending []Pending `json:"pending,omitempty"`
	// Unplanned says why that is not known: the recipe as a whole cannot be planned now.
	Unplanned string `json:"unplanned,omitempty"`
	// StaleOutputs says that outputs may tell of what is pending: they are as the recipe says, not as it stands.
	StaleOutputs bool `json:"stale_outputs,omitempty"`
}

// Added is an address that belongs to what the options name.
type Added struct {
	Addr addr.Addr `json:"addr"`
	// Why in a few words: "service.web needs it".
	Why string `json:"why"`
}

// Pending is a change that is left out.
type Pending struct {
	Addr    addr.Addr `json:"addr"`
	Action  Action    `json:"action"`
	Summary string    `json:"summary"`
}

// deed is the part of a scope that says what a plan does. What it leaves out may change without making another plan.
func (s *Scope) deed() *Scope {
	if s == nil {
		return nil
	}
	return &Scope{Targets: s.Targets, Excludes: s.Excludes, Replaces: s.Replaces, RefreshOnly: s.RefreshOnly, Added: s.Added}
}
