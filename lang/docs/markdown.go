package docs

import "strings"

// table is the cells of a Markdown table, the head first.
type table []string

func (t table) write(b *strings.Builder, columns int) {
	for i := 0; i < len(t); i += columns {
		b.WriteString("| " + strings.Join(t[i:i+columns], " | ") + " |\n")
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", columns) + "\n")
		}
	}
}

// cell makes text fit a table's cell.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(strings.Join(strings.Fields(text), " "))
}

// code sets text off as source, within a table's cell.
func code(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		text = " " + text + " "
	}
	return fence + strings.ReplaceAll(text, "|", `\|`) + fence
}

// sentence ends a text with a full stop.
func sentence(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?:") {
		return text
	}
	return text + "."
}
