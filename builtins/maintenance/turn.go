package maintenance

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/diag"
)

// limit is how long the edge may take.
const limit = time.Minute

// Turn is the kind in a plan that puts the page up or takes it down, and does nothing else: it is asked in the place of
// all kinds.
type Turn struct {
	Kind
	On bool
}

// Diff has one step, or none where the page is as it is to be.
func (t Turn) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	var result kind.Result
	facts := world.Facts(in.Observed)
	recipe := in.Desired.Recipe.Name
	site := facts.Site(recipe)
	at := addr.New("proxy", "edge")
	for _, r := range in.Resources {
		at = r.Addr
	}
	switch {
	case facts.Edge.Problem != nil:
		return result, hcl.Diagnostics{diag.Errorf(diag.InvalidValue, nil, "The edge's files cannot be read", "What the edge serves cannot be told: %s.", facts.Edge.Problem)}
	case !facts.Edge.Running:
		return result, hcl.Diagnostics{diag.Errorf(diag.InvalidValue, nil, "The edge does not run", "No port of %s answers anything now. An apply starts the edge.", recipe)}
	case site == nil || site.Maintenance == nil:
		return result, hcl.Diagnostics{diag.Errorf(diag.InvalidValue, nil, "No maintenance page",
			"The edge has no page of %s. Write a maintenance block and apply it; then it is at hand.", recipe)}
	case site.Down == t.On:
		return result, nil
	}
	summary := "down"
	step := plan.Step{ID: "edge/maintenance", Addr: at, Op: edge.OpMaintenance, Title: "take the maintenance page down",
		Cause: plan.Cause{Why: "it was asked for"}, Limit: limit, Irreversible: "recipe maintenance says otherwise again",
		Config: plan.Raw(edge.MaintenanceConfig{Recipe: recipe, On: t.On})}
	text := fmt.Sprintf("all ports of %s lead to its services again", recipe)
	if t.On {
		summary = "up"
		step.Title = "put the maintenance page up"
		text = fmt.Sprintf("from then on all ports of %s answer 503 with the page", recipe)
		if except := site.Maintenance.Except; len(except) > 0 {
			text += ", except to clients from " + strings.Join(except, ", ")
		}
		text += "; it stays through applies, reloads and restarts until \"recipe maintenance off\""
	}
	result.Steps = []plan.Step{step}
	result.Changes = []plan.Change{{Addr: at, Action: plan.Update, Summary: summary, Cause: step.Cause}}
	result.Notes = []plan.Note{{Addr: at, Text: text}}
	return result, nil
}
