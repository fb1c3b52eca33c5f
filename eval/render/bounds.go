package render

import (
	"fmt"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
)

// bounds are the lines that say what a plan takes: time, and along which steps.
func bounds(p *plan.Plan, full bool) []string {
	g, err := plan.Link(p.Steps, p.Undo)
	if err != nil || p.Empty() {
		return nil // a plan that does not link is never shown
	}
	return duration(plan.Times(g), g, full)
}

func duration(t plan.Timeline, g *plan.Graph, full bool) []string {
	line := "Time: at most " + limit(t.AtMost)
	switch {
	case t.Unlimited != "" && t.AtLeast > 0:
		line = "Time: at least " + limit(t.AtLeast) + ", without a bound"
	case t.Unlimited != "":
		line = "Time: without a bound"
	case t.AtLeast > 0:
		line = "Time: at least " + limit(t.AtLeast) + ", at most " + limit(t.AtMost)
	}
	lines := []string{line + "."}
	if full {
		lines = append(lines, "Critical path: "+critical(t, g)+".")
	}
	return lines
}

// critical names the steps of the critical path with the limit of each.
func critical(t plan.Timeline, g *plan.Graph) string {
	var steps []string
	for _, id := range t.Path {
		if n, ok := g.Index(id); ok {
			steps = append(steps, fmt.Sprintf("%s (%s)", clean(g.Step(n).Title), limit(g.Step(n).Limit)))
		}
	}
	return strings.Join(steps, ", ")
}

func (r *printer) bounds(p *plan.Plan) {
	for _, line := range bounds(p, r.Full) {
		fmt.Fprintln(r.w, line)
	}
}
