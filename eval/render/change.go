package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/fold"
)

// sign returns an action's sign, three columns wide, in its colour.
func (p paint) sign(a plan.Action) string {
	switch a {
	case plan.Create:
		return p.green("  +")
	case plan.Update:
		return p.yellow("  ~")
	case plan.Replace:
		return p.red("-") + "/" + p.green("+")
	case plan.Delete:
		return p.red("  -")
	case plan.Run:
		return p.cyan("  >")
	}
	return "  ?"
}

// changes writes one line a resource: sign, address, summary, and what makes it so.
func (r *printer) changes(changes []plan.Change) {
	widest := 0
	for _, c := range changes {
		widest = max(widest, fold.Columns(clean(c.Addr.String())))
	}
	widest = min(widest, 40)
	for _, c := range changes {
		name := clean(c.Addr.String())
		summary := clean(c.Summary)
		left := 4 + max(widest, fold.Columns(name)) + 2
		if r.Full {
			summary = r.fold(summary, left)
		} else if r.Width > 0 {
			summary = shorten(summary, max(r.width()-left, 30))
		}
		line := r.sign(c.Action) + " " + pad(name, widest) + "  " + summary
		why := remark(because(c.Cause))
		switch {
		case why == "":
		case left+fold.Columns(summary)+2+fold.Columns(why) <= r.width():
			line += "  " + r.dim(why)
		default:
			line += "\n" + strings.Repeat(" ", 4+widest+2) + r.dim(r.fold(why, 4+widest+2))
		}
		fmt.Fprintln(r.w, strings.TrimRight(line, " "))
	}
}

// remark sets a text off from what stands before it, on paper too, where nothing is dim.
func remark(text string) string {
	if text == "" {
		return ""
	}
	return "# " + text
}

// details writes what differs in one resource, nothing when its line says it all.
func (r *printer) details(c *plan.Change) {
	created := c.Action == plan.Create && !r.Full
	fields := slices.DeleteFunc(slices.Clone(c.Fields), func(f plan.Field) bool { return f.Drift }) // told before
	if len(fields) > 0 && !created {
		fmt.Fprintf(r.w, "\n%s\n", r.bold(clean(c.Addr.String())))
		r.fields(fields)
	}
	for _, t := range c.Texts {
		r.text(c.Addr, t)
	}
}

// fields writes old -> new, the paths in one column.
func (r *printer) fields(fields []plan.Field) {
	widest := 0
	for _, f := range fields {
		widest = max(widest, fold.Columns(clean(f.Path)))
	}
	widest = min(widest, 32)
	for _, f := range fields {
		head := "    " + r.cyan(pad(clean(f.Path), widest)) + "  "
		text, lines := r.inside(f)
		if lines == nil {
			fmt.Fprintln(r.w, head+r.field(f, 4+widest+2))
			continue
		}
		fmt.Fprintln(r.w, strings.TrimRight(head+r.remarked(text, fieldRemark(f), 4+widest+2), " "))
		for _, line := range lines {
			fmt.Fprintln(r.w, strings.TrimRight("        "+line, " "))
		}
	}
}

func (r *printer) field(f plan.Field, indent int) string {
	shown, wide := r.values(f, indent)
	tail := remark(fieldRemark(f))
	switch {
	case tail == "":
	case !wide && indent+fold.Columns(shown)+2+fold.Columns(tail) <= r.width():
		return r.arrow(shown) + "  " + r.dim(tail)
	default:
		tail = "\n" + strings.Repeat(" ", indent) + r.dim(r.fold(tail, indent))
	}
	if wide {
		return shown + tail
	}
	return r.arrow(shown) + tail
}

// remarked puts a remark beside a text, or below it where there is no room.
func (r *printer) remarked(text, note string, indent int) string {
	note = remark(note)
	switch {
	case note == "":
		return text
	case text == "":
		return r.dim(note)
	case indent+fold.Columns(text)+2+fold.Columns(note) <= r.width():
		return text + "  " + r.dim(note)
	}
	return text + "\n" + strings.Repeat(" ", indent) + r.dim(note)
}

// fieldRemark says what a field's change means and where it comes from. The field itself is not named again.
func fieldRemark(f plan.Field) string {
	var tail []string
	if f.Forces {
		tail = append(tail, "makes a new release")
	}
	cause := f.Cause
	if cause.Why == f.Path+" changed" {
		cause.Why = ""
	}
	if why := because(cause); why != "" {
		tail = append(tail, why)
	}
	return strings.Join(tail, "; ")
}

// values writes a field's values, on two lines when one is too narrow.
func (r *printer) values(f plan.Field, indent int) (shown string, wide bool) {
	if f.Sensitive {
		return "sensitive value changed", false
	}
	before, after := value(f.Path, f.Before), value(f.Path, f.After)
	shown = before + " -> " + after
	room := r.width() - indent
	if fold.Columns(shown) <= room {
		return shown, false
	}
	if !r.Full {
		before, after = window(before, after, max(room-2, 20))
	}
	return r.red("- "+before) + "\n" + strings.Repeat(" ", indent) + r.green("+ "+after), true
}

// window cuts two long values to n columns such that the first difference is seen.
func window(a, b string, n int) (string, string) {
	if fold.Columns(a) <= n && fold.Columns(b) <= n {
		return a, b
	}
	ra, rb := []rune(a), []rune(b)
	same := 0
	for same < min(len(ra), len(rb)) && ra[same] == rb[same] {
		same++
	}
	if cut := min(same-n/3, max(len(ra), len(rb))-n+1); cut > 0 {
		return shorten("…"+string(ra[cut:]), n), shorten("…"+string(rb[cut:]), n)
	}
	return middle(a, n), middle(b, n)
}

// arrow sets off the arrow between two values.
func (r *printer) arrow(s string) string { return strings.Replace(s, " -> ", r.dim(" -> "), 1) }

// maxLines is how much of one text's diff is shown unless in full.
const maxLines = 60

// text writes a text's unified diff.
func (r *printer) text(a addr.Addr, t plan.Text) {
	before, after := lines(t.Before), lines(t.After)
	name := r.bold(clean(a.String())) + " " + r.cyan(clean(t.Name))
	if (len(before) == 0 || len(after) == 0) && !r.Full {
		what := "new, " + plural(len(after), "line")
		if len(after) == 0 {
			what = "gone, " + plural(len(before), "line")
		}
		fmt.Fprintf(r.w, "\n%s  %s\n", name, r.dim(what+" (--full shows them)"))
		return
	}
	context := 3
	if r.Full {
		context = -1
	}
	fmt.Fprintf(r.w, "\n%s\n", name)
	written := 0
	list := hunks(difference(before, after), context)
	for i, h := range list {
		if written > maxLines && !r.Full {
			fmt.Fprintf(r.w, "    %s\n", r.dim(plural(len(list)-i, "more place")+" (--full shows all)"))
			return
		}
		fmt.Fprintf(r.w, "    %s\n", r.dim(fmt.Sprintf("@@ -%d +%d @@", h.from, h.to)))
		for _, e := range h.edits {
			r.edit(e)
			written++
		}
	}
}

func (r *printer) edit(e edit) {
	line := string(e.sign) + clean(e.line)
	switch e.sign {
	case '-':
		line = r.red(line)
	case '+':
		line = r.green(line)
	}
	fmt.Fprintln(r.w, strings.TrimRight("    "+line, " "))
}
