package render

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/fold"
)

// steps writes the way forward as a numbered timeline, and below it the way back.
func (r *printer) steps(p *plan.Plan) {
	if len(p.Steps) == 0 {
		return
	}
	fmt.Fprintf(r.w, "\n%s\n", r.bold("Steps"))
	widest := 0
	for i := range p.Steps {
		widest = max(widest, fold.Columns(clean(p.Steps[i].Title)))
	}
	widest = min(widest, 48)
	for i := range p.Steps {
		s := &p.Steps[i]
		if i == 0 || partOf(s) != partOf(&p.Steps[i-1]) || !reflect.DeepEqual(s.Cause, p.Steps[i-1].Cause) {
			fmt.Fprintln(r.w, strings.TrimRight("  "+r.cyan(clean(partOf(s)))+"  "+r.dim(r.fold(remark(because(s.Cause)), 4+fold.Columns(clean(partOf(s))))), " "))
		}
		r.step(i+1, s, widest)
	}
	r.wayBack(p)
	r.later(p.Later)
}

// partOf is what a step belongs to, for the reader.
func partOf(s *plan.Step) string {
	if s.Group != "" {
		return s.Group
	}
	return s.Addr.String()
}

func (r *printer) step(number int, s *plan.Step, widest int) {
	line := fmt.Sprintf("%5d  %s", number, pad(clean(s.Title), widest))
	var more []string
	if s.Wait != "" {
		more = append(more, clean(s.Wait))
	}
	switch {
	case s.Within > 0:
		more = append(more, "at most "+limit(s.Within))
	case s.Limit > 0 && r.Full:
		more = append(more, "at most "+limit(s.Limit))
	}
	if rest := strings.Join(more, ", "); r.Width > 0 && fold.Columns(line)+2+fold.Columns(rest) > r.width() {
		line = strings.TrimRight(line, " ") + "\n" + strings.Repeat(" ", 9) + r.fold(rest, 9)
	} else {
		line += "  " + rest
	}
	if s.Irreversible != "" && r.Full {
		line = strings.TrimRight(line, " ")
		last := line[strings.LastIndexByte(line, '\n')+1:]
		if rest := remark("no way back: " + clean(s.Irreversible)); r.Width > 0 && fold.Columns(last)+2+fold.Columns(rest) > r.width() {
			line += "\n" + strings.Repeat(" ", 9) + r.dim(r.fold(rest, 9))
		} else {
			line += "  " + r.dim(rest)
		}
	}
	fmt.Fprintln(r.w, strings.TrimRight(line, " "))
	if s.Commit {
		fmt.Fprintf(r.w, "       %s\n", r.dim("-- from here on a failure takes nothing back --"))
	}
}

// wayBack writes what happens when a group fails with everything begun; what fails earlier takes back less.
func (r *printer) wayBack(p *plan.Plan) {
	g, err := plan.Link(p.Steps, p.Undo)
	if err != nil {
		return // such a plan is never shown
	}
	seen := map[string]bool{"": true}
	first := true
	for i := range p.Steps {
		group := p.Steps[i].Group
		if seen[group] || p.Steps[i].Ancillary && !r.Full {
			continue
		}
		seen[group] = true
		always := func(plan.ID) bool { return true }
		never := func(plan.ID) bool { return false }
		back := g.UndoFor(group, always, never)
		pausing := p.Pauses(group)
		if len(back) == 0 && pausing == nil {
			continue
		}
		if first {
			fmt.Fprintf(r.w, "\n%s\n", r.bold("If a step fails"))
			first = false
		}
		if pausing == nil {
			r.back(group, back)
			continue
		}
		text := `pauses once traffic has moved, until "recipe promote" or "recipe revert"`
		if back = g.UndoFor(group, before(g, pausing.After), never); len(back) > 0 {
			text += "; before that:"
		}
		fmt.Fprintf(r.w, "  %s  %s\n", r.cyan(clean(group)), text)
		r.back("", back)
	}
}

// before tells of a step whether it comes before another in the plan's order.
func before(g *plan.Graph, other plan.ID) func(plan.ID) bool {
	at, _ := g.Index(other)
	return func(id plan.ID) bool { n, _ := g.Index(id); return n < at }
}

// later writes what comes when somebody has decided.
func (r *printer) later(steps []plan.Step) {
	if len(steps) == 0 {
		return
	}
	fmt.Fprintf(r.w, "\n%s\n", r.bold(`After "recipe promote"`))
	part := ""
	for i := range steps {
		s := &steps[i]
		if of := partOf(s); of != part {
			part = of
			fmt.Fprintf(r.w, "  %s\n", r.cyan(clean(of)))
		}
		fmt.Fprintf(r.w, "       %s\n", clean(s.Title))
	}
}

// back writes the steps of one way back: the first and last ones, which tell what it comes to, or all.
func (r *printer) back(group string, back []plan.Step) {
	if group != "" {
		fmt.Fprintf(r.w, "  %s\n", r.cyan(clean(group)))
	}
	const shown = 6
	for i := range back {
		if !r.Full && len(back) > shown && i >= shown-2 && i < len(back)-1 {
			if i == shown-2 {
				fmt.Fprintf(r.w, "       %s\n", r.dim(fmt.Sprintf("... %d more (--full shows them)", len(back)-shown+1)))
			}
			continue
		}
		fmt.Fprintf(r.w, "       %s\n", clean(back[i].Title))
	}
}
