package document

import "github.com/deployrecipe/recipe/eval/plan"

// Timeline is how long an apply of the plan takes, as plan.Timeline says.
type Timeline struct {
	AtLeast float64 `json:"at_least_seconds"`
	// AtMost is absent where a step has no limit, which Unlimited then names.
	AtMost    *float64  `json:"at_most_seconds,omitempty"`
	Unlimited plan.ID   `json:"unlimited,omitempty"`
	Path      []plan.ID `json:"critical_path"`
	Steps     []Span    `json:"steps"`
}

// Span is when a step begins at the earliest and ends at the latest.
type Span struct {
	Step   plan.ID `json:"step"`
	Begins float64 `json:"begins_earliest_seconds"`
	Ends   float64 `json:"ends_latest_seconds"`
}

func timelineOf(p *plan.Plan) Timeline {
	g, err := plan.Link(p.Steps, p.Undo)
	if err != nil {
		return Timeline{Path: []plan.ID{}, Steps: []Span{}} // such a plan is never shown
	}
	t := plan.Times(g)
	d := Timeline{AtLeast: t.AtLeast.Seconds(), Unlimited: t.Unlimited, Path: list(t.Path, same[plan.ID]),
		Steps: list(t.Spans, func(s plan.Span) Span { return Span{s.Step, s.Begins.Seconds(), s.Ends.Seconds()} })}
	if most := t.AtMost.Seconds(); t.Unlimited == "" {
		d.AtMost = &most
	}
	return d
}
