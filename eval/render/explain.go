package render

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Known is what an explanation knows besides the plan. Each may be missing: then the explanation says less.
type Known struct {
	Desired *state.Desired
	// Source gives the text of a file of the recipe by the name that plans use, nil for others.
	Source func(name string) []byte
}

// Explain tells all about one resource of a plan, or all of a block, a library or one step: why it changes, down to what
// changed, what forces a replacement, what the plan does, and who waits for it. What is asked for is an address, a
// step's ID, or its number in the plan. It reports false, with what could have been meant, where there is no such thing.
func Explain(w io.Writer, p *plan.Plan, about string, known Known, o Options) (candidates []string, ok bool, err error) {
	e := &explainer{printer: printer{paint: paint(o.Color), Options: o, w: bufio.NewWriter(w)}, p: p, known: known}
	if n, err := strconv.Atoi(about); err == nil && n >= 1 && n <= len(p.Steps) {
		e.oneStep(n - 1)
		return nil, true, e.w.Flush()
	}
	if n := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return string(s.ID) == about }); n >= 0 {
		e.oneStep(n)
		return nil, true, e.w.Flush()
	}
	all := e.addresses()
	first := true
	for _, a := range all {
		if a.String() != about && block(a) != about && a.Module != about && !strings.HasPrefix(a.Module, about+".") {
			candidates = append(candidates, a.String())
			continue
		}
		if !first {
			fmt.Fprintln(e.w)
		}
		first = false
		e.resource(a)
	}
	if !first {
		return nil, true, e.w.Flush()
	}
	for i := range p.Steps {
		candidates = append(candidates, string(p.Steps[i].ID))
	}
	return candidates, false, nil
}

// block is an address without its key.
func block(a addr.Addr) string {
	a.Key = ""
	return a.String()
}

type explainer struct {
	printer
	p     *plan.Plan
	known Known
}

// addresses are all that can be asked for, what changes first.
func (e *explainer) addresses() []addr.Addr {
	var all []addr.Addr
	seen := map[addr.Addr]bool{}
	add := func(a addr.Addr) {
		if !a.IsZero() && !seen[a] {
			seen[a] = true
			all = append(all, a)
		}
	}
	for _, c := range e.p.Changes {
		add(c.Addr)
	}
	for _, d := range e.p.Drift {
		add(d.Addr)
	}
	for i := range e.p.Steps {
		add(e.p.Steps[i].Addr)
	}
	if e.known.Desired != nil {
		for _, r := range e.known.Desired.Resources {
			add(r.Addr)
		}
	}
	return all
}

// did is what happens to a resource, in the words of a sentence.
var did = map[plan.Action]string{plan.Create: "is made", plan.Update: "changes in place", plan.Replace: "is replaced",
	plan.Delete: "goes", plan.Run: "runs"}

func (e *explainer) resource(a addr.Addr) {
	name := e.bold(clean(a.String()))
	at := slices.IndexFunc(e.p.Changes, func(c plan.Change) bool { return c.Addr == a })
	if at < 0 {
		fmt.Fprintf(e.w, "%s does not change.\n", name)
		e.drifted(a)
		e.stands(a)
		e.does(a)
		return
	}
	c := &e.p.Changes[at]
	fmt.Fprintf(e.w, "%s %s: %s\n", name, did[c.Action], clean(c.Summary))
	e.head("Why")
	e.cause(c)
	if forcing := forces(c.Fields); len(forcing) > 0 {
		fmt.Fprintf(e.w, "  %s\n", e.yellow("Replaced, not changed in place, because of "+clean(strings.Join(forcing, ", "))))
	}
	for _, t := range c.Texts {
		e.text(c.Addr, t)
	}
	e.drifted(a)
	e.does(a)
	e.causes(a)
}

func (e *explainer) head(title string) { fmt.Fprintf(e.w, "\n%s\n", e.bold(title)) }

func forces(fields []plan.Field) []string {
	var paths []string
	for _, f := range fields {
		if f.Forces {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// cause tells why, and under each field the way back to what its value is made of.
func (e *explainer) cause(c *plan.Change) {
	told := false
	for _, f := range c.Fields {
		told = told || f.Cause.Why != "" && strings.HasPrefix(c.Cause.Why, f.Cause.Why)
	}
	if !told {
		e.line(1, clean(c.Cause.Why))
		e.snippet(2, c.Cause.File, c.Cause.Line)
		e.links(2, c.Cause.Links)
	}
	for _, f := range c.Fields {
		if f.Drift {
			continue
		}
		values, wide := e.values(f, 4)
		if text, lines := e.inside(f); lines != nil {
			e.line(1, e.cyan(clean(f.Path))+"  "+text)
			for _, line := range lines {
				e.line(3, line)
			}
		} else if wide {
			values = strings.ReplaceAll(values, "\n", "\n  ")
			e.line(1, e.cyan(clean(f.Path))+"\n    "+values)
		} else {
			e.line(1, e.cyan(clean(f.Path))+"  "+e.arrow(values))
		}
		if f.Cause.Why != f.Path+" changed" && f.Cause.Why != "" {
			e.line(2, clean(f.Cause.Why))
		}
		if f.Sensitive { // its source text may hold the value
			e.line(2, e.dim(where(f.Cause.File, f.Cause.Line)))
		} else {
			e.snippet(2, f.Cause.File, f.Cause.Line)
		}
		e.links(2, f.Cause.Links)
	}
}

func (e *explainer) line(depth int, text string) {
	fmt.Fprintln(e.w, strings.TrimRight(strings.Repeat("  ", depth)+text, " "))
}

// snippet shows a line of the recipe.
func (e *explainer) snippet(depth int, file string, line int) {
	if file == "" {
		return
	}
	text := ""
	if src := e.source(file); src != nil && line > 0 {
		lines := bytes.SplitN(src, []byte("\n"), line+1)
		if line <= len(lines) {
			text = ": " + shorten(clean(strings.TrimSpace(string(lines[line-1]))), 120)
		}
	}
	e.line(depth, e.dim(where(file, line)+text))
}

func (e *explainer) source(file string) []byte {
	if e.known.Source == nil {
		return nil
	}
	return e.known.Source(file)
}

// links are a chain as a list, what a thing is made of below it.
func (e *explainer) links(depth int, links []state.Link) {
	for _, l := range links {
		text := clean(nameOf(l)) + worth(l)
		if l.Changed {
			text = e.yellow(text)
		}
		e.line(depth+l.Depth, "- "+text+clean(sourceOf(l)))
		if l.Sensitive && l.Addr == "" {
			continue // its source text may hold the value
		}
		e.snippet(depth+l.Depth+1, l.File, l.Line)
	}
}

// worth is a link's value, or how it changed.
func worth(l state.Link) string {
	const most = 80
	show := func(raw []byte) string { return middle(value("env.", raw), most) }
	switch {
	case l.Sensitive:
		return " (sensitive)"
	case l.Action != "":
		return " " + became(l)
	case l.Value == nil || bytes.Equal(l.Value, []byte("true")) && declares(l):
		return ""
	case l.Changed && isDigest(l.Value):
		return " changed" + clean(filesOf(l))
	case l.Changed && l.Known:
		return "  " + show(l.Was) + " -> " + show(l.Value)
	case isDigest(l.Value):
		return ""
	}
	return " = " + show(l.Value)
}

func isDigest(raw []byte) bool { return bytes.HasPrefix(raw, []byte(`{"sha256":`)) }

func (e *explainer) drifted(a addr.Addr) {
	first := true
	for _, d := range e.p.Drift {
		if d.Addr != a {
			continue
		}
		if first {
			e.head("Changed outside of recipe since the last apply")
			first = false
		}
		e.line(1, sentence(d))
	}
}

// stands tells what a resource that does not change is made of and needs.
func (e *explainer) stands(a addr.Addr) {
	if e.known.Desired == nil || e.known.Desired.Find(a) == nil {
		return
	}
	r := e.known.Desired.Find(a)
	e.snippet(1, r.Range.Filename, r.Range.Start.Line)
	made := made(r)
	if len(made)+len(r.Needs) == 0 {
		return
	}
	e.head("It depends on")
	for _, need := range r.Needs {
		e.line(1, clean(need.String()))
	}
	e.links(1, made)
}

// made are the ends of all chains of a resource, each once: variables, files, and other things that are made of nothing
// else.
func made(r *state.Resource) []state.Link {
	seen := map[string]bool{}
	var ends []state.Link
	note := func(links []state.Link) {
		for i, l := range links {
			end := i+1 == len(links) || links[i+1].Depth <= l.Depth
			if end && l.Addr == "" && !declares(l) && !seen[l.Key()] {
				seen[l.Key()] = true
				l.Depth = 0
				ends = append(ends, l)
			}
		}
	}
	note(r.Origin.Links())
	for _, s := range r.Sources {
		note(s.Links())
	}
	slices.SortFunc(ends, func(a, b state.Link) int { return cmp.Compare(a.Key(), b.Key()) })
	return ends
}
