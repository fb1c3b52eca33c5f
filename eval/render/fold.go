package render

import "strings"

// fold breaks a clean text between words into lines that end before a terminal's last column, those after the first
// indented. On what is no terminal lines are left as long as they are, for programs that search them.
func (o Options) fold(text string, indent int) string {
	room := o.width() - indent
	if o.Width <= 0 || columns(text) <= room {
		return text
	}
	room = max(room, 20)
	var b strings.Builder
	at := 0
	for i, word := range strings.Split(text, " ") {
		n := columns(word)
		switch {
		case i == 0:
		case at+1+n > room:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = 0
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
