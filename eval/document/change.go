package document

import (
	"encoding/json"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Change is what happens to one resource.
type Change struct {
	Addr    addr.Addr   `json:"addr"`
	Action  plan.Action `json:"action"`
	Summary string      `json:"summary"`
	Release string      `json:"release,omitempty"` // that a service has in the end
	// Before and After are all arguments, null where nothing stands or is to stand, without the sensitive values.
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
	// The sensitive ones have true in the place of each value that was left out, and nothing else.
	BeforeSensitive json.RawMessage `json:"before_sensitive"`
	AfterSensitive  json.RawMessage `json:"after_sensitive"`
	// AfterUnknown would have true in the place of each value that is known only later. There are none: whatever a
	// plan does is known when it is made, and only outputs can be unknown.
	AfterUnknown json.RawMessage `json:"after_unknown"`
	Fields       []Field         `json:"fields"`
	Texts        []plan.Text     `json:"texts"`
	Cause        plan.Cause      `json:"cause"`
}

// Field is one argument that differs, with its own reason.
type Field struct {
	Path      string          `json:"path"`
	Before    json.RawMessage `json:"before,omitempty"`
	After     json.RawMessage `json:"after,omitempty"`
	Sensitive bool            `json:"sensitive,omitempty"`
	Forces    bool            `json:"forces,omitempty"`
	Drift     bool            `json:"drift,omitempty"`
	Applied   json.RawMessage `json:"applied,omitempty"`
	Cause     plan.Cause      `json:"cause"`
}

// Drift is what somebody else changed since the last apply.
type Drift struct {
	Addr    addr.Addr       `json:"addr"`
	Object  string          `json:"object,omitempty"`
	What    string          `json:"what,omitempty"`
	Path    string          `json:"path,omitempty"`
	Applied json.RawMessage `json:"applied,omitempty"`
	Now     json.RawMessage `json:"now,omitempty"`
	Becomes json.RawMessage `json:"becomes,omitempty"`
	Then    string          `json:"then,omitempty"`
	Text    *plan.Text      `json:"text,omitempty"`
}

var nothing = json.RawMessage("{}")

func changeOf(c plan.Change) Change {
	d := Change{Addr: c.Addr, Action: c.Action, Summary: c.Summary, Release: c.Release, Cause: c.Cause, AfterUnknown: nothing,
		Fields: list(c.Fields, func(f plan.Field) Field { return Field(f) }), Texts: list(c.Texts, same[plan.Text])}
	d.Before, d.BeforeSensitive = apart(c.Before)
	d.After, d.AfterSensitive = apart(c.After)
	return d
}

func driftOf(d plan.Drift) Drift { return Drift(d) }
