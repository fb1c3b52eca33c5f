// Package fold measures text as terminals show it, and breaks it between words into lines that fit.
package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns is how many cells of a terminal a text takes that holds nothing to act on one.
func Columns(s string) int {
	n := 0
	for _, r := range s {
		n += Cells(r)
	}
	return n
}

// Cells is how many a character takes: none, one or two.
func Cells(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r < 0x1100:
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Words breaks a text at spaces into lines of at most room columns, those after the first indented beyond that. A word
// that is longer stands on a line of its own.
func Words(text string, room, indent int) string {
	var b strings.Builder
	used := 0
	for i, word := range strings.Split(text, " ") {
		n := Columns(word)
		switch {
		case i == 0:
		case used+1+n > room:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}
