// Package event holds what happens during an apply, as it happens: the terminal's progress lines and the
// stream of --json are both made of it.
package event

import (
	"time"

	"github.com/deployrecipe/recipe/eval/plan"
)

// Type of an event.
type Type string

// The types.
const (
	StepStarted  Type = "step_started"
	StepProgress Type = "step_progress"
	StepDone     Type = "step_done"
	StepFailed   Type = "step_failed"
	// StepSkipped is a step that did not run since one it needs failed.
	StepSkipped Type = "step_skipped"
	// Reverting says that a group failed and is being taken back.
	Reverting Type = "reverting"
	// Pausing says that a group failed and stays as it is, for somebody to decide.
	Pausing Type = "pausing"
)

// Event is one thing that happened.
type Event struct {
	Time  time.Time     `json:"time"`
	Type  Type          `json:"type"`
	Step  plan.ID       `json:"step,omitempty"`
	Addr  string        `json:"addr,omitempty"`
	Group string        `json:"group,omitempty"`
	Title string        `json:"title,omitempty"`
	Text  string        `json:"text,omitempty"` // progress, or the error for people
	Took  time.Duration `json:"took,omitempty"` // of StepDone and StepFailed
	Undo  bool          `json:"undo,omitempty"` // the step is one of the way back
}

// Sink receives events, one at a time.
type Sink func(Event)
