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
		if i == 0 || part(s) != part(&p.Steps[i-1]) || !reflect.DeepEqual(s.Cause, p.Steps[i-1].Cause) {
			fmt.Fprintln(r.w, strings.TrimRight("  "+r.cyan(clean(part(s)))+"  "+r.dim(r.fold(remark(because(s.Cause)), 4+fold.Columns(clean(part(s))))), " "))
		}
		r.step(i+1, s, widest)
	}
	r.wayBack(p)
}

// part is what a step belongs to, for the reader.
func part(s *plan.Step) string {
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
		line = strings.TrimRight(line, " ") + "  " + r.dim(remark("no way back: "+clean(s.Irreversible)))
	}
	fmt.Fprintln(r.w, strings.TrimRight(line, " "))
	if s.Commit {
		fmt.Fprintf(r.w, "       %s\n", r.dim("-- from here on a failure takes nothing back --"))
	}
}

// wayBack writes what happens when a group fails with everything begun; what fails earlier takes back less.
func (r *printer) wayBack(p *plan.Plan) {
	paused := map[string]bool{}
	for _, g := range p.Pause {
		paused[g] = true
	}
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
		if len(back) == 0 && !paused[group] {
			continue
		}
		if first {
			fmt.Fprintf(r.w, "\n%s\n", r.bold("If a step fails"))
			first = false
		}
		if paused[group] {
			fmt.Fprintf(r.w, "  %s  stays as it then is, for you to decide\n", r.cyan(clean(group)))
			continue
		}
		r.back(group, back)
	}
}

// back writes the steps of one way back: the first and last ones, which tell what it comes to, or all.
func (r *printer) back(group string, back []plan.Step) {
	fmt.Fprintf(r.w, "  %s\n", r.cyan(clean(group)))
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
