package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deployrecipe/recipe/lang/fold"
)

// paint colours text, when it is true.
type paint bool

func (p paint) with(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string   { return p.with("1", s) }
func (p paint) dim(s string) string    { return p.with("2", s) }
func (p paint) red(s string) string    { return p.with("31", s) }
func (p paint) green(s string) string  { return p.with("32", s) }
func (p paint) yellow(s string) string { return p.with("33", s) }
func (p paint) cyan(s string) string   { return p.with("36", s) }

// clean returns one line in which nothing can move the cursor, colour the screen or reorder what is read:
// the texts of a plan come from recipes, files and engines.
func clean(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\t':
			b.WriteString("    ")
		case r == '\n':
			b.WriteString(`\n`)
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case unicode.In(r, unicode.Cc, unicode.Bidi_Control) || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Clean is a text from a recipe, an engine or a file on one line that can act on no terminal.
func Clean(s string) string { return clean(s) }

// pad fills a clean text with spaces up to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-fold.Columns(s))) }

// Shorten cuts a text that Clean gave to n columns of a terminal.
func Shorten(s string, n int) string { return shorten(s, n) }

// shorten cuts a clean text to n columns.
func shorten(s string, n int) string {
	if fold.Columns(s) <= n {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && fold.Columns(string(runes)) >= n {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
