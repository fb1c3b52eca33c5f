package dockerfile

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
)

var bareWord = regexp.MustCompile(`^[A-Za-z0-9_./:@+,=~*?][A-Za-z0-9_./:@+,=~*?-]*$`)

// bare reports whether a word means itself everywhere in a Dockerfile.
func bare(word string) bool { return bareWord.MatchString(word) }

// literal writes a word for an instruction that expands its words: quoted unless it is plain.
func literal(word string) string {
	if bare(word) {
		return word
	}
	return quoted(word)
}

// quoted writes a word in double quotes, within which only three characters have a meaning.
func quoted(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(word) + `"`
}

// array writes words as a JSON array, which is how instructions take words as they are.
func array(words []string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if words == nil {
		words = []string{}
	}
	if err := e.Encode(words); err != nil {
		panic(err) // a list of strings always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// literals writes words as a JSON array for an instruction that expands each of them.
func literals(words []string) string {
	escaped := make([]string, len(words))
	for i, word := range words {
		escaped[i] = literal(word)
	}
	return array(escaped)
}

// printable reports whether a Dockerfile can hold the text within a line: line breaks end an instruction, and
// other control characters are lost or misread.
func printable(text string) bool {
	return strings.IndexFunc(text, func(c rune) bool { return c != '\t' && unicode.IsControl(c) || c == '\uFEFF' }) < 0
}

// check checks a literal text and reports what a Dockerfile cannot hold.
func (r *renderer) check(what, text string) {
	if !printable(text) {
		r.problem("%s holds a line break or another control character, which a Dockerfile cannot hold there. Put the text into a file of the context and copy that.", what)
	}
}

// plain checks a word that stands where a Dockerfile offers no way to quote.
func (r *renderer) plain(what, word string) {
	if word != "" && !bare(word) {
		r.problem("%s is %q; only letters, digits and the characters . _ - / : @ + = ~ * ? , can stand there.", what, word)
	}
}
