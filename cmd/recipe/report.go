package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/document"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/lang/diag"
)

// report tells what an apply does, to people or as JSON, one object a line.
type report struct {
	*planner
	began time.Time
}

// plan shows the plan, or says that there is nothing to do.
func (r *report) plan(made *planned) error {
	if made.Empty() && r.options.mode == kind.Rollback {
		return failf("Nothing to go back to", "No earlier release of any service of %s is kept on the engine.", r.head.Name)
	}
	if made.Empty() && r.options.mode.Decides() {
		return r.undecided(made)
	}
	if r.options.json {
		return r.line(document.Begin(made.Plan))
	}
	if made.Empty() && r.options.mode == kind.Maintain {
		fmt.Fprintf(r.stdout, "Nothing to do: it is %s already.\n", maintained(r.options.maintenance))
		return nil
	}
	if made.Empty() && len(made.Changes) == 0 && r.options.mode == kind.Destroy {
		if made.nothing(kind.Destroy) {
			fmt.Fprintf(r.stdout, "Nothing to destroy: the engine has nothing of %s.\n", r.head.Name)
		} else {
			fmt.Fprintf(r.stdout, "All that the engine has of %s is the record of earlier applies, which goes.\n", r.head.Name)
		}
		for _, n := range made.Notes {
			fmt.Fprintf(r.stdout, "%s: %s\n", n.Addr, n.Text)
		}
		return nil
	}
	style := r.style()
	style.Brief = r.saved != nil && !style.Full
	err := render.Text(r.stdout, made.Plan, style)
	if r.options.mode == kind.Rollback || r.options.mode == kind.Revert {
		fmt.Fprintln(r.stdout, "The recipe's files stay as they are: the next apply goes forward again.")
	}
	if r.options.mode == kind.Revert && !made.Empty() {
		fmt.Fprintln(r.stdout, "Unattended, with --auto-approve, it brings this release again with --retry alone.")
	}
	if r.options.counts != nil && !made.Empty() {
		fmt.Fprintln(r.stdout, "The recipe's files stay as they are: the next apply goes back to what they say.")
	}
	return err
}

// keep shows the plan and saves it, for "recipe apply" to carry out.
func (r *report) keep(made *planned, host, name string) error {
	if made.Empty() && r.options.mode.Decides() {
		return r.undecided(made)
	}
	made.Locked = locked(made.observed)
	if err := r.write(made.Plan); err != nil {
		return err
	}
	made.Locked = nil
	return r.save(made, host, name)
}

func (r *report) line(v any) error {
	_, err := io.WriteString(r.stdout, oneLine(v))
	return err
}

// waiting says whose lock is waited for.
func (r *report) waiting(held *helper.HeldError) {
	by := held.By
	if by == "" {
		by = "someone"
	}
	fmt.Fprintf(r.stderr, "Waiting for the lock of %s, held by %s for %s.\n", held.Recipe, by, event.Elapsed(max(0, time.Since(held.Since))))
}

// moved says that another plan than the one shown will be carried out.
func (r *report) moved(shown, made *planned) error {
	if r.options.json {
		return r.line(document.Begin(made.Plan))
	}
	fmt.Fprintf(r.stderr, "Something changed since the plan was shown. It is now:\n%s\n", difference(shown, made))
	return nil
}

// difference tells in which steps two plans differ, the first few.
func difference(before, after *planned) string {
	titles := func(made *planned) []string {
		var list []string
		for i := range made.Steps {
			list = append(list, made.Steps[i].Title)
		}
		return list
	}
	was, is := titles(before), titles(after)
	var lines []string
	for _, title := range was {
		if !slices.Contains(is, title) {
			lines = append(lines, "  - "+title)
		}
	}
	for _, title := range is {
		if !slices.Contains(was, title) {
			lines = append(lines, "  + "+title)
		}
	}
	const most = 10
	switch {
	case len(lines) == 0:
		return "  the same steps, with other settings"
	case len(lines) > most:
		lines = append(lines[:most], fmt.Sprintf("  and %d more", len(lines)-most))
	}
	return strings.Join(lines, "\n")
}

// sink is where the steps' events go.
func (r *report) sink(made *planned) event.Sink {
	r.began = time.Now()
	if r.options.json {
		return func(e event.Event) { _ = r.line(document.EventOf(e)) }
	}
	fmt.Fprintln(r.stdout)
	return render.NewProgress(r.stdout, made.Plan, r.style()).Sink
}

// ended tells how it ended. The error that it returns holds what is still to be shown.
func (r *report) ended(made *planned, result *apply.Result, err error) error {
	took := time.Since(r.began)
	if r.options.json {
		_ = r.line(resultLine(made, result, err, took))
	} else if err == nil {
		r.done(made, result, took)
	}
	if err == nil {
		return nil
	}
	var diags hcl.Diagnostics
	for _, f := range result.Failed {
		diags = append(diags, r.failed(made, f))
	}
	if errors.Is(err, apply.ErrLost) {
		diags = append(diags, diag.Errorf("", nil, "The recipe's lock was lost",
			"The container that holds it is gone, or does not answer: the engine went down, the connection to it broke, or somebody removed the container. No further step was begun."))
	}
	if len(diags) == 0 {
		diags = append(diags, diag.Errorf("", nil, "Interrupted", "%d of %d steps were done.", len(result.Done), len(made.Steps)))
	}
	last := diags[len(diags)-1]
	last.Detail = strings.TrimRight(last.Detail+"\n\n"+aftermath(made, result), "\n")
	return failure{diags}
}

func (r *report) done(made *planned, result *apply.Result, took time.Duration) {
	word := map[kind.Mode]string{kind.Apply: "Applied", kind.Destroy: "Destroyed", kind.Rollback: "Rolled back",
		kind.Promote: "Promoted", kind.Repeat: "Promoted", kind.Revert: "Reverted", kind.Maintain: "Done"}[r.options.mode]
	if len(result.Paused) > 0 {
		word = "Paused"
	}
	fmt.Fprintf(r.stdout, "\n%s in %s.\n", word, event.Elapsed(took))
	for _, group := range result.Paused {
		fmt.Fprintf(r.stdout, "%s: %s.\n", group, undecided)
	}
	if r.options.mode == kind.Apply {
		_ = render.Outputs(r.stdout, made.Outputs, r.style())
	}
	if r.options.mode == kind.Rollback {
		fmt.Fprintln(r.stdout, "The next apply goes forward again.")
	}
}

// failed is a step's failure, at the block that the step belongs to.
func (r *report) failed(made *planned, f *apply.StepError) *hcl.Diagnostic {
	at := r.place(f.Cause)
	if resource := made.desired.Find(f.Addr); resource != nil {
		at = &resource.Range
	}
	// What broke a step often broke its way out too, for the same reason.
	lines := slices.Compact(strings.Split(strings.TrimRight(f.Err.Error(), "\n"), "\n"))
	text := strings.Join(lines, "\n  ")
	what := "The step"
	if f.Undo {
		what = "On the way back, the step"
	}
	return diag.Errorf(diag.StepFailed, at, "Step failed", "%s \"%s\" of %s failed: %s", what, strings.ReplaceAll(f.Title, `"`, `'`), f.Addr, text)
}

// place is the line that a cause names, nil where it names none that was read.
func (p *planner) place(c plan.Cause) *hcl.Range {
	file := p.sources[c.File]
	if file == nil || c.Line < 1 {
		return nil
	}
	start, text := 0, file.Bytes
	for range c.Line - 1 {
		end := bytes.IndexByte(text[start:], '\n')
		if end < 0 {
			return nil
		}
		start += end + 1
	}
	line, _, _ := bytes.Cut(text[start:], []byte("\n"))
	indent := len(line) - len(bytes.TrimLeft(line, " \t"))
	length := len(bytes.TrimRight(line, " \t{"))
	return &hcl.Range{Filename: c.File,
		Start: hcl.Pos{Line: c.Line, Column: indent + 1, Byte: start + indent},
		End:   hcl.Pos{Line: c.Line, Column: length + 1, Byte: start + max(length, indent)}}
}

// aftermath says where a failure leaves the recipe.
func aftermath(made *planned, result *apply.Result) string {
	var lines []string
	for _, back := range result.Reverted {
		ancillary := func(s plan.Step) bool { return s.Group == back.Group && s.Ancillary }
		switch {
		case back.Err != nil:
			lines = append(lines, fmt.Sprintf("%s was not taken back all the way; the next apply sees where it stands.", back.Group))
		case slices.ContainsFunc(made.Steps, ancillary): // it was there for what was taken back, and nothing stands of it
		default:
			lines = append(lines, fmt.Sprintf("%s was taken back: what it was before still stands.", back.Group))
		}
	}
	for _, group := range result.Paused {
		lines = append(lines, group+" stays as it is now, with the traffic where it is: "+undecided+". A new release of which no container answers gets none of it.")
	}
	if n := len(result.Skipped); n > 0 {
		lines = append(lines, fmt.Sprintf("%d of %d steps were not begun.", n, len(made.Steps)))
	}
	return strings.Join(lines, "\n")
}
