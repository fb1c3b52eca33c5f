package document

import (
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// An apply writes one object a line: a Planned, an Event for each thing that happens, and a Result. There is a second
// Planned where the world moved after the first, and neither events nor a result where there is nothing to do.

// Planned begins the stream, with the plan that is carried out.
type Planned struct {
	Type   string `json:"type"` // plan
	Format int    `json:"format_version"`
	Plan   *Plan  `json:"plan"`
}

// Event is one thing that happened.
type Event struct {
	Type  event.Type `json:"type"`
	Time  time.Time  `json:"time"` // RFC 3339
	Step  plan.ID    `json:"step,omitempty"`
	Addr  string     `json:"addr,omitempty"`
	Group string     `json:"group,omitempty"`
	Title string     `json:"title,omitempty"`
	Text  string     `json:"text,omitempty"`
	// Took is there for steps that ended.
	Took *float64 `json:"took_seconds,omitempty"`
	Undo bool     `json:"undo,omitempty"`
}

// Result ends the stream.
type Result struct {
	Type     string         `json:"type"` // result
	Result   string         `json:"result"`
	Took     float64        `json:"took_seconds"`
	Done     int            `json:"done"`
	Steps    int            `json:"steps"`
	Errors   []Failure      `json:"errors,omitempty"`
	Reverted []string       `json:"reverted,omitempty"` // groups
	Paused   []string       `json:"paused,omitempty"`   // groups
	Outputs  []state.Output `json:"outputs,omitempty"`
}

// Failure is a step that failed.
type Failure struct {
	Addr addr.Addr `json:"addr"`
	Step plan.ID   `json:"step"`
	Text string    `json:"text"`
	Undo bool      `json:"undo,omitempty"`
}

// Seconds is how long something took, to the millisecond.
func Seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

// Begin is the first line of an apply.
func Begin(p *plan.Plan) Planned { return Planned{"plan", Format, Of(p)} }

// EventOf is the line of an event.
func EventOf(e event.Event) Event {
	d := Event{Type: e.Type, Time: e.Time, Step: e.Step, Addr: e.Addr, Group: e.Group, Title: e.Title, Text: e.Text, Undo: e.Undo}
	if took := Seconds(e.Took); e.Type == event.StepDone || e.Type == event.StepFailed {
		d.Took = &took
	}
	return d
}
