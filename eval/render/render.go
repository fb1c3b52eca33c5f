// Package render turns plans and the events of an apply into what people read.
//
// A plan is read from the top until the reader knows enough: first what will be interrupted, if anything;
// then what others changed; then one line a resource, with what makes it so; then what exactly differs, as fields and as unified
// diffs with little context; then the steps, numbered, with what each waits for and for how long at most,
// under the cause they share; then the way back; and last the totals. Nothing is shown of sensitive values
// but that they changed, and no text of a plan can act on the terminal.
package render

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/fold"
)

// Options are how to show things.
type Options struct {
	// Color turns on ANSI colours; for terminals only.
	Color bool
	// Width is the number of columns; 0 is for what is no terminal: 100, and summaries are not cut to it.
	Width int
	// Full shows everything: unchanged lines of texts, new texts, the fields of new resources, long values,
	// the limits of all steps, and each step of the way back.
	Full bool
	// Brief leaves out what exactly differs and the steps.
	Brief bool
}

func (o Options) width() int {
	if o.Width <= 0 {
		return 100
	}
	return max(o.Width, 40)
}

// Text writes a plan for people. The only errors returned are those of w.
func Text(w io.Writer, p *plan.Plan, o Options) error {
	r := &printer{paint: paint(o.Color), Options: o, w: bufio.NewWriter(w)}
	r.locked(p)
	if p.Empty() && len(p.Changes) == 0 {
		r.about(p.Scope)
		r.drift(p.Drift)
		r.nothing(p)
		r.pending(p.Scope)
		r.notes(p.Notes)
		r.outputs(p.Outputs)
		return r.w.Flush()
	}
	r.about(p.Scope)
	r.interruptions(p)
	r.drift(p.Drift)
	r.changes(p.Changes)
	if !o.Brief {
		for i := range p.Changes {
			r.details(&p.Changes[i])
		}
		r.steps(p)
	}
	r.pending(p.Scope)
	r.notes(p.Notes)
	r.outputs(p.Outputs)
	fmt.Fprintf(r.w, "\n%s\n", r.bold(Totals(p)))
	r.bounds(p)
	return r.w.Flush()
}

// printer writes one plan.
type printer struct {
	paint
	Options
	w *bufio.Writer
}

func (r *printer) locked(p *plan.Plan) {
	if p.Locked != nil {
		fmt.Fprintln(r.w, r.yellow(r.fold("Locked: "+atWork(p), 2))+"\n")
	}
}

// atWork says who else changes what stands.
func atWork(p *plan.Plan) string {
	return fmt.Sprintf("%s applies %s, since %s. What stands changes under this plan.",
		cmp.Or(clean(p.Locked.By), "someone"), clean(p.Recipe.Name), event.Moment(p.Locked.Since))
}

func (r *printer) interruptions(p *plan.Plan) {
	for _, i := range p.Interruptions {
		fmt.Fprintln(r.w, r.yellow(r.fold("Interruption: "+clean(interrupted(p, i)), 2)))
	}
	if len(p.Interruptions) > 0 {
		fmt.Fprintln(r.w)
	}
}

// interrupted says whose interruption it is, what happens, for how long at most, and why.
func interrupted(p *plan.Plan, i plan.Interruption) string {
	if i.Closes != "" {
		when := ""
		if at := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.ID == i.Step }); at >= 0 {
			when = fmt.Sprintf(" with step %d", at+1)
		}
		return fmt.Sprintf("%s: %s closes%s, and refuses connections from then on: %s", i.Group, i.Closes, when, i.Why)
	}
	what := "requests fail"
	switch {
	case i.Held:
		what = "requests wait"
	case i.Down:
		what = "it does not run"
	}
	if i.Held && i.Waits > 0 && i.Waits < i.Bound {
		return fmt.Sprintf("%s: requests wait, for at most %s; if that is not enough they fail, until at most %s have passed: %s", i.Group, limit(i.Waits), limit(i.Bound), i.Why)
	}
	return fmt.Sprintf("%s: %s for at most %s: %s", i.Group, what, limit(i.Bound), i.Why)
}

func (r *printer) notes(notes []plan.Note) {
	if len(notes) > 0 {
		fmt.Fprintln(r.w)
	}
	for _, n := range notes {
		head := "Note: "
		if !n.Addr.IsZero() {
			head += n.Addr.String() + ": "
		}
		text := r.fold(clean(head+n.Text), 2)
		if at := len(clean(head)); strings.HasPrefix(text, clean(head)) {
			text = r.dim(text[:at]) + text[at:]
		}
		fmt.Fprintln(r.w, text)
	}
}

func (r *printer) outputs(outputs []state.Output) {
	if len(outputs) == 0 {
		return
	}
	widest := 0
	for _, o := range outputs {
		widest = max(widest, fold.Columns(clean(o.Name)))
	}
	fmt.Fprintln(r.w, "\nOutputs")
	for _, o := range outputs {
		shown := ""
		switch {
		case o.Sensitive:
			shown = r.dim("(sensitive)")
		case o.Unknown:
			shown = r.dim("(known after the apply)")
		default:
			shown = value("", o.Value)
		}
		fmt.Fprintf(r.w, "  %s = %s\n", pad(clean(o.Name), widest), shown)
	}
}

// Totals is a plan in one line.
func Totals(p *plan.Plan) string {
	count := map[plan.Action]int{}
	for _, c := range p.Changes {
		count[c.Action]++
	}
	var parts []string
	for _, a := range []plan.Action{plan.Create, plan.Replace, plan.Update, plan.Delete, plan.Run} {
		if count[a] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", count[a], a))
		}
	}
	changes := "Plan: "
	if p.Housekeeping() {
		changes = "Housekeeping: "
	}
	if len(parts) > 0 {
		changes += strings.Join(parts, ", ") + "; "
	}
	return changes + plural(len(p.Steps), "step") + ", " + interruptions(p.Interruptions) + "."
}

// interruptions are all of a plan in a few words.
func interruptions(list []plan.Interruption) string {
	var longest time.Duration
	var parts, closing []string
	bounded := 0
	for _, i := range list {
		if i.Closes != "" {
			closing = append(closing, clean(i.Closes))
			continue
		}
		bounded++
		longest = max(longest, i.Bound)
	}
	switch {
	case len(list) == 0:
		return "no interruption"
	case bounded == 1:
		parts = append(parts, "1 interruption of at most "+limit(longest))
	case bounded > 1:
		parts = append(parts, fmt.Sprintf("%d interruptions of at most %s each", bounded, limit(longest)))
	}
	if len(closing) == 1 {
		parts = append(parts, closing[0]+" closes")
	} else if len(closing) > 1 {
		parts = append(parts, plural(len(closing), "port")+" close")
	}
	return strings.Join(parts, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
