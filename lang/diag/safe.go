package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tab is what a tab is shown as; a real one would put the underline out of line.
const tab = "  "

// safe returns text in which nothing can move the cursor, colour the screen or reorder what is read:
// sources come from other people. Newlines stay where keep says so.
func safe(s string, keepNewlines bool) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\t':
			b.WriteString(tab)
		case r == '\n' && keepNewlines:
			b.WriteByte('\n')
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case hidden(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden says whether a rune acts on the text around it instead of showing: C1 controls, bidirectional
// overrides, line and paragraph separators, byte order marks.
func hidden(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) ||
		r == 0x2028 || r == 0x2029 || r == 0xfeff
}
