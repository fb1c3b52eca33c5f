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
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
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
	r.interruptions(p.Interruptions)
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

func (r *printer) interruptions(list []plan.Interruption) {
	for _, i := range list {
		fmt.Fprintln(r.w, r.yellow("Interruption: "+clean(interrupted(i))))
	}
	if len(list) > 0 {
		fmt.Fprintln(r.w)
	}
}

// interrupted says whose interruption it is, what happens, for how long at most, and why.
func interrupted(i plan.Interruption) string {
	what := "requests fail"
	switch {
	case i.Held:
		what = "requests wait"
	case i.Down:
		what = "it does not run"
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
		fmt.Fprintln(r.w, r.dim(clean(head))+clean(n.Text))
	}
}

func (r *printer) outputs(outputs []state.Output) {
	if len(outputs) == 0 {
		return
	}
	widest := 0
	for _, o := range outputs {
		widest = max(widest, columns(clean(o.Name)))
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
	if len(parts) > 0 {
		changes += strings.Join(parts, ", ") + "; "
	}
	var longest time.Duration
	for _, i := range p.Interruptions {
		longest = max(longest, i.Bound)
	}
	switch n := len(p.Interruptions); n {
	case 0:
		return changes + plural(len(p.Steps), "step") + ", no interruption."
	case 1:
		return changes + plural(len(p.Steps), "step") + ", 1 interruption of at most " + limit(longest) + "."
	default:
		return fmt.Sprintf("%s%s, %d interruptions of at most %s each.", changes, plural(len(p.Steps), "step"), n, limit(longest))
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
