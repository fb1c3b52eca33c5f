// Package document is a plan, and what happens during an apply, as other programs read them: the JSON of plan --json,
// show --json and apply --json, which spec/plan.schema.json and spec/events.schema.json describe.
//
// It is apart from the plan itself, so that a plan can change its form with the program and what others read does not.
// Within a Format fields are added, and never renamed, removed or given another meaning. Durations are in seconds, and
// say so in their names; sizes are in bytes. A list is there even when it is empty.
package document

import (
	"encoding/json"
	"io"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Format is the version of plans and events.
const Format = 1

// Plan is a plan with what follows from it.
type Plan struct {
	Format int          `json:"format_version"`
	Digest string       `json:"digest"` // plan.Digest
	Recipe state.Recipe `json:"recipe"`
	Engine string       `json:"engine"` // the engine's ID
	Scope  *Scope       `json:"scope,omitempty"`
	// Changes are in the order of the resources, removals last.
	Changes []Change `json:"changes"`
	Drift   []Drift  `json:"drift"`
	Steps   []Step   `json:"steps"`
	Undo    []Step   `json:"undo"`
	// Later are steps that this plan does not run: they come when somebody has promoted what it pauses.
	Later []Step `json:"later"`
	// Pause are the groups that are not undone when they fail after traffic has moved.
	Pause         []string       `json:"pause"`
	Traffic       []plan.Traffic `json:"traffic"`
	Interruptions []Interruption `json:"interruptions"`
	Timeline      Timeline       `json:"timeline"`
	Room          Room           `json:"room"`
	// Locked tells who else applies the recipe while the plan is made; absent where nobody does.
	Locked  *plan.Locked   `json:"locked,omitempty"`
	Notes   []Note         `json:"notes"`
	Outputs []state.Output `json:"outputs"`
}

// Note is a remark; Addr is empty for one about no resource.
type Note struct {
	Addr string `json:"addr,omitempty"`
	Text string `json:"text"`
	// Paused tells that it is about a switchover that waits for somebody to decide.
	Paused bool `json:"paused,omitempty"`
}

// Interruption is a time in which requests are not answered, or wait, or a service does not run.
type Interruption struct {
	Group string   `json:"group"`
	Why   string   `json:"why"`
	What  string   `json:"what"` // requests_wait, requests_fail, down
	Bound *float64 `json:"at_most_seconds,omitempty"`
	// Closes is the door that no longer opens once Step is done, for good.
	Closes string  `json:"closes,omitempty"`
	Step   plan.ID `json:"step,omitempty"`
	// Waits is for how long requests wait before they fail, of requests_wait.
	Waits float64 `json:"wait_at_most_seconds,omitempty"`
}

// Of makes the document of a plan that links.
func Of(p *plan.Plan) *Plan {
	d := &Plan{
		Format: Format, Digest: plan.Digest(p), Recipe: p.Recipe, Engine: p.Engine, Scope: scopeOf(p.Scope),
		Changes: list(p.Changes, changeOf), Drift: list(p.Drift, driftOf),
		Steps: list(p.Steps, stepOf), Undo: list(p.Undo, stepOf),
		Later: list(p.Later, stepOf), Pause: list(p.Pause, groupOf), Traffic: list(p.Traffic, same[plan.Traffic]),
		Interruptions: list(p.Interruptions, interruptionOf), Timeline: timelineOf(p), Room: roomOf(p),
		Locked: p.Locked, Notes: list(p.Notes, noteOf), Outputs: list(p.Outputs, same[state.Output]),
	}
	return d
}

// Write writes a document, indented.
func Write(w io.Writer, p *plan.Plan) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(Of(p))
}

// list converts each of some, and gives a list also for none.
func list[A, B any](some []A, convert func(A) B) []B {
	all := make([]B, len(some))
	for i := range some {
		all[i] = convert(some[i])
	}
	return all
}

func same[A any](a A) A { return a }

func groupOf(p plan.Pausing) string { return p.Group }

func noteOf(n plan.Note) Note {
	if n.Addr.IsZero() {
		return Note{Text: n.Text, Paused: n.Paused}
	}
	return Note{n.Addr.String(), n.Text, n.Paused}
}

func interruptionOf(i plan.Interruption) Interruption {
	what := "requests_fail"
	switch {
	case i.Held:
		what = "requests_wait"
	case i.Down:
		what = "down"
	}
	if i.Closes != "" {
		return Interruption{Group: i.Group, Why: i.Why, What: "closes", Closes: i.Closes, Step: i.Step}
	}
	bound := i.Bound.Seconds()
	return Interruption{Group: i.Group, Why: i.Why, What: what, Bound: &bound, Waits: i.Waits.Seconds()}
}
