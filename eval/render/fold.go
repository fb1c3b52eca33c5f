package render

import "github.com/deployrecipe/recipe/lang/fold"

// fold breaks a clean text between words into lines that end before a terminal's last column, those after the first
// indented. On what is no terminal lines are left as long as they are, for programs that search them.
func (o Options) fold(text string, indent int) string {
	room := o.width() - indent
	if o.Width <= 0 || fold.Columns(text) <= room {
		return text
	}
	return fold.Words(text, max(room, 20), indent)
}
