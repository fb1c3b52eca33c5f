package render

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/deployrecipe/recipe/eval/plan"
)

// MaxMarkdown is how long a comment on GitHub may be, in characters; a plan takes no more bytes than that.
const MaxMarkdown = 65536

// closing is kept free for what ends a text that is cut.
const closing = 512

// Markdown writes a plan for a comment on a pull request: on top what everybody must know, then a table of the changes,
// and folded up what exactly differs and the steps. It is at most MaxMarkdown bytes long and says so where something was
// cut. Nothing of a plan's texts acts as Markdown or HTML, names somebody, or acts on a terminal: what is no plain text
// stands in code. The only errors returned are those of w.
func Markdown(w io.Writer, p *plan.Plan, o Options) error {
	m := &markdown{p: p, options: Options{Full: o.Full}}
	m.head()
	if len(p.Changes) > 0 {
		m.table()
	}
	if s := p.Scope; s != nil && (len(s.Pending) > 0 || s.Unplanned != "") {
		m.folded("Left out, and not as the recipe says", "text", m.print(func(r *printer) { r.pending(s) }))
	}
	m.remarks()
	m.diff("What others changed", m.print(func(r *printer) { r.drift(p.Drift) }))
	for i := range p.Changes {
		c := &p.Changes[i]
		m.diff("What differs in "+code(shorten(clean(c.Addr.String()), 200)), m.print(func(r *printer) { r.details(c) }))
	}
	if len(p.Steps) > 0 {
		m.folded(plural(len(p.Steps), "step")+", and the way back", "text", m.print(func(r *printer) { r.steps(p) }))
	}
	_, err := m.out.WriteTo(w)
	return err
}

type markdown struct {
	p       *plan.Plan
	options Options
	out     bytes.Buffer
	full    bool // there is no room left, which was said
}

// room tells how many bytes may still be written.
func (m *markdown) room() int { return MaxMarkdown - closing - m.out.Len() }

// add writes a block if there is room for it, and else once that there is none.
func (m *markdown) add(block string) {
	switch {
	case m.full:
	case len(block) > m.room():
		m.cut()
	default:
		m.out.WriteString(block)
	}
}

// cut ends the text.
func (m *markdown) cut() {
	m.full = true
	m.out.WriteString("\n_The rest of the plan is left out, since a comment may not be longer. `recipe plan` shows all of it._\n")
}

func (m *markdown) head() {
	p := m.p
	title := strings.TrimSuffix(strings.TrimPrefix(Totals(p), "Plan: "), ".")
	if p.Empty() && len(p.Changes) == 0 {
		title = "no changes"
	}
	m.add(fmt.Sprintf("### Plan for %s: %s\n\n", inline(p.Recipe.Name, 80), title))
	if p.Scope != nil {
		m.add("- **Planned**: " + inline(about(p.Scope), 600) + "\n")
	}
	if p.Locked != nil {
		m.add("- **Locked**: " + inline(atWork(p), 600) + "\n")
	}
	for _, i := range p.Interruptions {
		m.add("- **Interruption**: " + inline(interrupted(p, i), 600) + "\n")
	}
	if len(p.Interruptions) == 0 && !p.Empty() {
		m.add("- No interruption: no request fails or waits.\n")
	}
	for _, line := range bounds(p, true) {
		m.add("- " + inline(line, 2000) + "\n")
	}
}

// table has a row a change.
func (m *markdown) table() {
	m.add("\n| | Resource | What | Why |\n|---|---|---|---|\n")
	for i, c := range m.p.Changes {
		why := because(c.Cause)
		row := fmt.Sprintf("| %s | %s | %s | %s |\n", code(strings.TrimSpace(paint(false).sign(c.Action))), code(shorten(clean(c.Addr.String()), 200)),
			inline(c.Summary, 400), inline(why, 600))
		if len(row) > m.room()/2 && i < len(m.p.Changes)-1 { // the rest is for what differs
			m.add(fmt.Sprintf("| | | %s | |\n", plural(len(m.p.Changes)-i, "more change")))
			return
		}
		m.add(row)
	}
}

// remarks are notes and outputs.
func (m *markdown) remarks() {
	for i, n := range m.p.Notes {
		if i == 0 {
			m.add("\n")
		}
		text := n.Text
		if !n.Addr.IsZero() {
			text = n.Addr.String() + ": " + text
		}
		m.add("- Note: " + inline(text, 1000) + "\n")
	}
	if len(m.p.Outputs) > 0 {
		m.folded("Outputs", "text", m.print(func(r *printer) { r.outputs(m.p.Outputs) }))
	}
}

// print gives what the plan for people says.
func (m *markdown) print(write func(*printer)) []string {
	var text bytes.Buffer
	r := &printer{Options: m.options, w: bufio.NewWriter(&text)}
	write(r)
	_ = r.w.Flush() // to memory
	return strings.Split(strings.Trim(text.String(), "\n"), "\n")
}

// diff writes lines folded up, without the margin that would keep the colours from them.
func (m *markdown) diff(summary string, lines []string) {
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "    ")
	}
	m.folded(summary, "diff", lines)
}

// folded writes lines below a summary that opens them, as many as there is room for.
func (m *markdown) folded(summary, language string, lines []string) {
	if len(lines) == 1 && lines[0] == "" || m.full {
		return
	}
	fence := strings.Repeat("`", max(3, fenced(lines)+1))
	head := fmt.Sprintf("\n<details><summary>%s</summary>\n\n%s%s\n", summary, fence, language)
	tail := fence + "\n\n</details>\n"
	room := m.room() - len(head) - len(tail) - 80
	shown := 0
	for shown < len(lines) && room >= len(lines[shown])+1 {
		room -= len(lines[shown]) + 1
		shown++
	}
	if shown == 0 {
		m.cut()
		return
	}
	text := strings.Join(lines[:shown], "\n") + "\n"
	if left := len(lines) - shown; left > 0 {
		text += plural(left, "more line") + ", which a comment has no room for\n"
	}
	m.add(head + text + tail)
}

// fenced is the length of the longest run of backticks.
func fenced(lines []string) int {
	most := 0
	for _, line := range lines {
		run := 0
		for i := range len(line) {
			if line[i] != '`' {
				run = 0
				continue
			}
			run++
			most = max(most, run)
		}
	}
	return most
}

// inline writes a text, cut to n columns, as it is where it is plain, and as code where it could be taken for more.
func inline(text string, n int) string {
	text = shorten(clean(text), n)
	if strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 && !strings.Contains(text, "://") && !strings.Contains(text, "www.") {
		return text
	}
	return code(text)
}

// plain tells whether a character means nothing in Markdown or HTML, in the middle of a line.
func plain(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(` .,;:()%"'/+=-…`, r)
}

// code writes a clean text as code. What is not plain in it is numbers of characters, which mean nothing wherever they
// stand, not even the end of a table's cell.
func code(text string) string {
	var b strings.Builder
	b.WriteString("<code>")
	for _, r := range text {
		if plain(r) && r != ':' { // what begins a link
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	b.WriteString("</code>")
	return strings.ReplaceAll(b.String(), "www.", "www&#46;")
}
