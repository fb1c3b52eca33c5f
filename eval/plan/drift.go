package plan

import (
	"encoding/json"

	"github.com/deployrecipe/recipe/eval/addr"
)

// Drift is what somebody else changed since the last apply: what was applied is not what stands.
type Drift struct {
	Addr addr.Addr `json:"addr"`
	// Object is the real thing, by its name on the engine or by its file; empty where it is the resource as a whole.
	Object string `json:"object,omitempty"`
	// What in a few words: "was removed", "was stopped, with exit code 137". Empty where Path says it.
	What string `json:"what,omitempty"`
	// Path is the argument that was changed, with what was applied, what is now, and what the plan makes of it.
	Path    string          `json:"path,omitempty"`
	Applied json.RawMessage `json:"applied,omitempty"`
	Now     json.RawMessage `json:"now,omitempty"`
	Becomes json.RawMessage `json:"becomes,omitempty"`
	// Then says what the plan does about it: "it is started again".
	Then string `json:"then,omitempty"`
	// Text is a file as it is now and as it will be.
	Text *Text `json:"text,omitempty"`
}
