package document

import (
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Step is one effect, of the way forward or back. What its program reads of it is left out.
type Step struct {
	ID    plan.ID   `json:"id"`
	Addr  addr.Addr `json:"addr"`
	Op    plan.Op   `json:"op"`
	Title string    `json:"title"`
	// Wait says in words what it waits for; Within is for how long by the recipe's own settings.
	Wait   string  `json:"wait,omitempty"`
	Within float64 `json:"within_seconds,omitempty"`
	// Limit is how long it may take at most, 0 without a bound; AtLeast how long it takes in any case.
	Limit        float64    `json:"limit_seconds"`
	AtLeast      float64    `json:"at_least_seconds,omitempty"`
	Idle         bool       `json:"idle,omitempty"`
	Group        string     `json:"group,omitempty"`
	Cause        plan.Cause `json:"cause"`
	Needs        []plan.ID  `json:"needs"`
	Provides     []plan.ID  `json:"provides"`
	Effects      []Effect   `json:"effects"`
	Undo         []plan.ID  `json:"undo"`
	Runs         []plan.Use `json:"runs"`
	Irreversible string     `json:"irreversible,omitempty"`
	Ancillary    bool       `json:"ancillary,omitempty"`
	Commit       bool       `json:"commit,omitempty"`
	Pauses       bool       `json:"pauses,omitempty"`
	Early        bool       `json:"early,omitempty"`
	Housekeeping bool       `json:"housekeeping,omitempty"`
}

// Effect is what a step does that others can notice.
type Effect struct {
	plan.Effect
	Percent *int `json:"percent,omitempty"` // of weight, 0 too
}

func effectOf(e plan.Effect) Effect {
	d := Effect{Effect: e}
	if e.Kind == plan.Weight {
		d.Percent = &e.Percent
	}
	return d
}

func stepOf(s plan.Step) Step {
	return Step{
		ID: s.ID, Addr: s.Addr, Op: s.Op, Title: s.Title, Wait: s.Wait, Within: s.Within.Seconds(), Limit: s.Limit.Seconds(),
		AtLeast: s.AtLeast.Seconds(), Idle: s.Idle, Group: s.Group, Cause: s.Cause,
		Needs: list(s.Needs, same[plan.ID]), Provides: list(s.Provides, same[plan.ID]),
		Effects: list(s.Effects, effectOf), Undo: list(s.Undo, same[plan.ID]), Runs: list(s.Runs, same[plan.Use]),
		Irreversible: s.Irreversible, Ancillary: s.Ancillary, Commit: s.Commit, Pauses: s.Pauses, Early: s.Early, Housekeeping: s.Housekeeping,
	}
}
