package render

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Progress writes the events of an apply as plain lines, each with the time since the first: a step's line
// when it ends, what it reports below its title, a failed one with its error and its cause.
type Progress struct {
	paint
	w     io.Writer
	steps map[plan.ID]*plan.Step
	first time.Time
	said  map[plan.ID]*said
}

// said is what a running step has reported.
type said struct {
	shown time.Time
	kept  []string // lines that came too fast to be shown, the last few
}

const (
	pace     = time.Second // between two lines of one step
	keptBack = 20          // lines shown after all when the step fails
)

// NewProgress writes to w. The plan, which may be nil, tells the steps' causes. Errors of w are not seen:
// an apply goes on when nobody reads.
func NewProgress(w io.Writer, p *plan.Plan, o Options) *Progress {
	r := &Progress{paint: paint(o.Color), w: w, steps: map[plan.ID]*plan.Step{}, said: map[plan.ID]*said{}}
	if p != nil {
		for _, list := range [][]plan.Step{p.Steps, p.Undo} {
			for i := range list {
				r.steps[list[i].ID] = &list[i]
			}
		}
	}
	return r
}

// Sink takes an event; hand it over as an event.Sink.
func (r *Progress) Sink(e event.Event) {
	if r.first.IsZero() {
		r.first = e.Time
	}
	title := clean(e.Title)
	if e.Undo {
		title = r.yellow("back: ") + title
	}
	switch e.Type {
	case event.StepStarted:
		r.said[e.Step] = &said{}
	case event.StepProgress:
		r.report(e, title)
	case event.StepDone:
		r.line(e, title+r.dim(" ("+event.Elapsed(e.Took)+")"))
		delete(r.said, e.Step)
	case event.StepFailed:
		r.failed(e, title)
	case event.StepSkipped:
		r.line(e, r.dim("skipped: "+title))
	case event.Pausing:
		r.line(e, r.yellow(clean(e.Group)+" stays as it is: ")+clean(e.Text))
	case event.Reverting:
		r.line(e, r.yellow("taking "+clean(e.Group)+" back: ")+clean(e.Text))
	}
}

func (r *Progress) line(e event.Event, text string) {
	fmt.Fprintf(r.w, "%8s  %s\n", event.Elapsed(e.Time.Sub(r.first)), text)
}

// report shows a line of a running step, unless the one before is younger than pace.
func (r *Progress) report(e event.Event, title string) {
	s := r.said[e.Step]
	if s == nil {
		return
	}
	if !s.shown.IsZero() && e.Time.Sub(s.shown) < pace {
		if s.kept = append(s.kept, e.Text); len(s.kept) > keptBack {
			s.kept = s.kept[1:]
		}
		return
	}
	if s.shown.IsZero() {
		r.line(e, title+r.dim(" ..."))
	}
	s.shown, s.kept = e.Time, nil
	fmt.Fprintf(r.w, "            %s\n", r.dim(clean(e.Text)))
}

// failed shows a step's last words, its error, and what it was for.
func (r *Progress) failed(e event.Event, title string) {
	if s := r.said[e.Step]; s != nil {
		for _, line := range s.kept {
			fmt.Fprintf(r.w, "            %s\n", r.dim(clean(line)))
		}
	}
	delete(r.said, e.Step)
	r.line(e, r.red("failed: ")+title+r.dim(" ("+event.Elapsed(e.Took)+")"))
	for line := range strings.SplitSeq(strings.TrimRight(e.Text, "\n"), "\n") {
		fmt.Fprintf(r.w, "          %s\n", r.red("| ")+clean(line))
	}
	what := clean(e.Addr)
	if step := r.steps[e.Step]; step != nil {
		if why := because(step.Cause); why != "" {
			what += ": " + why
		}
	}
	if what != "" {
		fmt.Fprintf(r.w, "          %s\n", r.dim(what))
	}
}
