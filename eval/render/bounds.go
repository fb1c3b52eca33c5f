package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
)

// bounds are the lines that say what a plan takes: time, memory, disk and images. Those without which a plan still can be
// judged are for who wants to read all.
func bounds(p *plan.Plan, full bool) []string {
	g, err := plan.Link(p.Steps, p.Undo)
	if err != nil || p.Empty() {
		return nil // a plan that does not link is never shown
	}
	lines := append(duration(plan.Times(g), g, full), memory(p, g, full)...)
	if full {
		lines = append(lines, fetched(p)...)
	}
	return lines
}

// memory says what containers may take at once of what the engine has. Where none of them has a limit it says nothing
// but to who wants all.
func memory(p *plan.Plan, g *plan.Graph, full bool) []string {
	m := p.Machine
	starts := slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return len(s.Runs) > 0 })
	if m == nil || !starts {
		return nil
	}
	peak := plan.PeakOf(g, m.Running)
	if peak.Memory == 0 && !full {
		return nil
	}
	line := "Memory: at most " + plan.Bytes(peak.Memory) + " at once by limits"
	if peak.Memory == 0 {
		line = "Memory: not known, no container has a limit"
	}
	if m.Memory > 0 {
		line += ", of " + plan.Bytes(m.Memory)
	}
	if n := len(peak.Unlimited); n > 0 && peak.Memory > 0 {
		line += "; " + plural(n, "container") + " without a limit"
	}
	if full && m.Others > 0 {
		line += "; others may take " + plan.Bytes(m.Others)
	}
	if full && m.Unlimited > 0 {
		line += fmt.Sprintf("; %d others without a known limit", m.Unlimited)
	}
	return []string{line + "."}
}

// fetched names the images to build and to pull, and what they take of the disk.
func fetched(p *plan.Plan) []string {
	var lines []string
	var build, pull []string
	for _, f := range p.Fetches() {
		if f.Build {
			build = append(build, clean(f.Ref))
		} else {
			pull = append(pull, clean(f.Ref))
		}
	}
	if len(build) > 0 {
		lines = append(lines, "To build: "+strings.Join(build, ", ")+".")
	}
	if len(pull) > 0 {
		lines = append(lines, "To pull: "+strings.Join(pull, ", ")+".")
	}
	if len(lines) == 0 {
		return nil
	}
	disk := "Disk: not known how much images take"
	if n := p.Disk(); n > 0 {
		disk = "Disk: at least " + plan.Bytes(n) + " for images"
	}
	if m := p.Machine; m != nil && m.Disk != nil {
		disk += ", " + plan.Bytes(*m.Disk) + " are free"
	}
	return append(lines, disk+".")
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
		fmt.Fprintln(r.w, r.fold(line, 2))
	}
}
