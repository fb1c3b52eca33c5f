package gate

import (
	"context"
	"errors"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/schema"
)

// Manual is the name of the gate that people pass. It is no step that judges: a switchover that comes to it pauses.
const Manual = "manual"

// manualKind waits for somebody to decide.
type manualKind struct{}

func (manualKind) Name() string       { return Manual }
func (manualKind) Measures() bool     { return false }
func (manualKind) Args() []schema.Arg { return nil }
func (manualKind) Doc() string {
	return "passes when somebody lets it, by \"recipe promote\"; until then the switchover is paused after the stage's hold and other gates."
}

func (manualKind) Validate(Spec, func(string) *hcl.Range) hcl.Diagnostics { return nil }

func (manualKind) Waits(Spec) string { return `until "recipe promote" or "recipe revert"` }

func (manualKind) Open(context.Context, Tools, Config, func(string)) (Watch, error) {
	return nil, errors.New("a gate of people's is no step that judges")
}
