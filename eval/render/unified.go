package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Unified writes the difference of two texts as a unified diff with three lines around each place, which patch takes
// where it is not for a terminal: there colours are added and nothing of the texts acts on it. Equal texts give
// nothing. The only errors returned are those of w.
func Unified(w io.Writer, from, to, before, after string, o Options) error {
	const context = 3
	p := &patch{paint: paint(o.Color), safe: o.Width > 0, w: bufio.NewWriter(w)}
	for i, h := range hunks(difference(whole(before), whole(after)), context) {
		if i == 0 {
			fmt.Fprintf(p.w, "%s\n%s\n", p.bold("--- "+clean(from)), p.bold("+++ "+clean(to)))
		}
		p.hunk(h)
	}
	return p.w.Flush()
}

// whole splits a text into lines that keep their ends, so that a last line without one differs from one with it.
func whole(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

type patch struct {
	paint
	safe bool
	w    *bufio.Writer
}

func (p *patch) hunk(h hunk) {
	removed, added := 0, 0
	for _, e := range h.edits {
		if e.sign != '+' {
			removed++
		}
		if e.sign != '-' {
			added++
		}
	}
	head := fmt.Sprintf("@@ -%s +%s @@", span(h.from, removed), span(h.to, added))
	fmt.Fprintln(p.w, p.cyan(head))
	for _, e := range h.edits {
		p.edit(e)
	}
}

// span is how a hunk's place in one text is written; an empty one stands after the line before it.
func span(first, count int) string {
	if count == 0 {
		first--
	}
	return fmt.Sprintf("%d,%d", first, count)
}

func (p *patch) edit(e edit) {
	line, ended := strings.CutSuffix(e.line, "\n")
	if p.safe {
		line = clean(line)
	}
	line = string(e.sign) + line
	switch e.sign {
	case '-':
		line = p.red(line)
	case '+':
		line = p.green(line)
	}
	fmt.Fprintln(p.w, line)
	if !ended {
		fmt.Fprintln(p.w, `\ No newline at end of file`)
	}
}
