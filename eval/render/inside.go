package render

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/fold"
)

// inside shows what differs within a value that has parts: a text that is JSON or YAML, a text of several lines, a list
// of several elements. It gives what stands beside the field's path, and the lines below; none where both values are
// shown as they are.
func (r *printer) inside(f plan.Field) (head string, lines []string) {
	if f.Sensitive || len(f.Before) == 0 || len(f.After) == 0 {
		return "", nil
	}
	var a, b any
	if json.Unmarshal(f.Before, &a) != nil || json.Unmarshal(f.After, &b) != nil {
		return "", nil
	}
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return r.insideText(a, b)
		}
	case []any:
		if b, ok := b.([]any); ok && len(a)+len(b) > 4 {
			return r.insideList(f.Path, f.Before, f.After)
		}
	}
	return "", nil
}

func (r *printer) insideText(a, b string) (string, []string) {
	if before, after, ok := structures(a, b); ok {
		spots := compareTrees("", before, after, nil)
		if len(spots) > 0 {
			return plural(len(spots), "place") + " changed", r.spots("env.", spots)
		}
		if !strings.Contains(a+b, "\n") {
			return "says the same in another way", r.spots("env.", []spot{{before: a, after: b, had: true, has: true}})
		}
		return "says the same in another way", r.hunked(a, b)
	}
	if strings.Contains(strings.TrimSuffix(a, "\n"), "\n") || strings.Contains(strings.TrimSuffix(b, "\n"), "\n") {
		return "", r.hunked(a, b)
	}
	return "", nil
}

// insideList compares two lists by their elements.
func (r *printer) insideList(path string, before, after json.RawMessage) (string, []string) {
	elements := func(raw json.RawMessage) []string {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return nil
		}
		var all []string
		for _, el := range list {
			all = append(all, value(path, el))
		}
		return all
	}
	var lines []string
	for _, h := range hunks(difference(elements(before), elements(after)), r.around(1)) {
		for _, e := range h.edits {
			lines = append(lines, r.colored(e))
		}
	}
	return "elements changed", r.cut(lines)
}

// hunked is a unified diff of two texts.
func (r *printer) hunked(a, b string) []string {
	var out []string
	for _, h := range hunks(difference(lines(a), lines(b)), r.around(3)) {
		out = append(out, r.dim(fmt.Sprintf("@@ -%d +%d @@", h.from, h.to)))
		for _, e := range h.edits {
			out = append(out, r.colored(e))
		}
	}
	return r.cut(out)
}

// around is how many unchanged lines are shown around what changed; all of them in full.
func (r *printer) around(n int) int {
	if r.Full {
		return -1
	}
	return n
}

func (r *printer) colored(e edit) string {
	text := string(e.sign) + clean(e.line)
	switch e.sign {
	case '-':
		return r.red(text)
	case '+':
		return r.green(text)
	}
	return text
}

// spots are the places at which structures differ, a line each.
func (r *printer) spots(path string, spots []spot) []string {
	var lines []string
	for _, s := range spots {
		name := clean(s.path)
		before, after := r.part(path, s.before), r.part(path, s.after)
		switch {
		case !s.had:
			lines = append(lines, r.green("+ "+name+" = "+after))
		case !s.has:
			lines = append(lines, r.red("- "+name+" = "+before))
		case name == "":
			lines = append(lines, before+r.dim(" -> ")+after)
		default:
			lines = append(lines, r.cyan(name)+"  "+before+r.dim(" -> ")+after)
		}
	}
	return r.cut(lines)
}

func (r *printer) part(path string, v any) string {
	text := value(path, written(v))
	if r.Full {
		return text
	}
	return middle(text, max(r.width()/2-12, 30))
}

func (r *printer) cut(lines []string) []string {
	if r.Full || len(lines) <= maxLines {
		return lines
	}
	return append(lines[:maxLines:maxLines], r.dim(plural(len(lines)-maxLines, "more line")+" (--full shows all)"))
}

// middle cuts a clean text that is longer than n columns in its middle, and says how long it is.
func middle(s string, n int) string {
	if fold.Columns(s) <= n {
		return s
	}
	runes := []rune(s)
	mark := fmt.Sprintf("…(%d characters)…", len(runes))
	room := max(n-fold.Columns(mark), 8)
	head, tail := room*2/3, room-room*2/3
	for head > 1 && fold.Columns(string(runes[:head])) > room*2/3 {
		head--
	}
	for tail > 1 && fold.Columns(string(runes[len(runes)-tail:])) > room-room*2/3 {
		tail--
	}
	return string(runes[:head]) + mark + string(runes[len(runes)-tail:])
}
