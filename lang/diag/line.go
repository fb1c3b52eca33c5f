package diag

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/fold"
)

// line is one source line, safe to print, in three parts around the subject of a diagnostic.
type line struct{ before, subject, after string }

// cut finds the line a range begins on. Of a range over several lines the first is shown. It reports false
// where the range does not lie in the source, as after an edit.
func cut(src []byte, rng hcl.Range) (line, bool) {
	start, end := rng.Start.Byte, rng.End.Byte
	if start < 0 || start > len(src) || end < start {
		return line{}, false
	}
	first := bytes.LastIndexByte(src[:start], '\n') + 1
	last := len(src)
	if i := bytes.IndexByte(src[start:], '\n'); i >= 0 {
		last = start + i
	}
	first, last = near(src, first, start, last)
	end = min(end, last)
	text := func(a, b int) string { return safe(string(bytes.TrimSuffix(src[a:b], []byte("\r"))), false) }
	l := line{before: text(first, start), subject: text(start, end), after: strings.TrimRight(text(end, last), " ")}
	if rng.End.Line > rng.Start.Line {
		l.subject = strings.TrimRight(l.subject, " ")
	}
	return l, true
}

// maxLine is how much of a line is looked at on either side of where its subject begins; a terminal shows less.
const maxLine = 4 << 10

// near moves the ends of a line towards where its subject begins, if they are far off: a file may be one line.
func near(src []byte, first, start, last int) (int, int) {
	if start-first > maxLine {
		for first = start - maxLine; first < start && !utf8.RuneStart(src[first]); {
			first++
		}
	}
	if last-start > maxLine {
		for last = start + maxLine; last > start && !utf8.RuneStart(src[last]); {
			last--
		}
	}
	return first, last
}

// window shortens a line to a number of columns, keeping the subject in sight: some files are one line.
func (l *line) window(width int) {
	const cutMark = "..."
	width = max(width, 20)
	if fold.Columns(l.before)+fold.Columns(l.subject)+fold.Columns(l.after) <= width {
		return
	}
	if fold.Columns(l.subject) > width-2*len(cutMark) {
		l.subject = head(l.subject, width-2*len(cutMark)-4) + cutMark
		l.after = ""
	}
	room := width - fold.Columns(l.subject) - 2*len(cutMark)
	if fold.Columns(l.before) > room*2/3 {
		l.before = cutMark + tail(l.before, max(0, room*2/3))
	}
	if room -= fold.Columns(l.before); l.after != "" && fold.Columns(l.after) > room {
		l.after = head(l.after, max(0, room)) + cutMark
	}
}

// head returns the first part of s that fits n columns.
func head(s string, n int) string {
	for i, r := range s {
		if n -= fold.Cells(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

// tail returns the last part of s that fits n columns.
func tail(s string, n int) string {
	skip := fold.Columns(s) - n
	for i, r := range s {
		if skip <= 0 {
			return s[i:]
		}
		skip -= fold.Cells(r)
	}
	return ""
}

// wrap breaks paragraphs at spaces. A line that begins with a space is kept as it is: it shows code.
func wrap(s string, width int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, " ") {
			lines[i] = fold.Words(strings.Join(strings.Fields(l), " "), width, 0)
		}
	}
	return strings.Join(lines, "\n")
}
