package resolve

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/schema"
)

// takes says what an argument of a type takes, for the middle of a sentence.
func takes(t schema.Type) string {
	switch t.Shape {
	case schema.String:
		if len(t.Values) > 0 {
			return choice(quoted(t.Values))
		}
		return "a string"
	case schema.Bool:
		return "true or false"
	case schema.Int:
		return "a whole number"
	case schema.Number:
		return "a number"
	case schema.Duration:
		return `a duration such as "30s"`
	case schema.Size:
		return `a size such as "256MiB"`
	case schema.Ref:
		return takesReference(t)
	case schema.List:
		return "a list"
	case schema.Map:
		return "a map"
	case schema.Object:
		return "an object with the keys " + list(t.KeyNames(), "and")
	case schema.Either:
		var alts []string
		for _, alt := range t.Alts {
			alts = append(alts, takes(alt))
		}
		return choice(alts)
	}
	return "a value"
}

func takesReference(t schema.Type) string {
	if len(t.Kinds) == 0 {
		return "a reference to a block"
	}
	var kinds []string
	for _, k := range t.Kinds {
		kinds = append(kinds, article(k))
	}
	if t.Port {
		return "a named port of " + choice(kinds)
	}
	return "a reference to " + choice(kinds)
}

// what says what a value is, without showing it.
func (c *converter) what(v cty.Value) string {
	if ref, ok := c.r.refs.of(v); ok {
		if ref.port != "" {
			return "a reference to the port " + ref.String()
		}
		return "a reference to " + ref.String()
	}
	switch ty := v.Type(); {
	case c.r.refs.group(v) && v.LengthInt() > 0:
		return "all instances of a block"
	case ty == cty.String:
		return "a string"
	case ty == cty.Number:
		return "a number"
	case ty == cty.Bool:
		return "true or false"
	case isList(ty):
		return "a list"
	case isObject(ty):
		return "an object"
	}
	return "something else"
}

// shown writes a value for a message, unless it is sensitive.
func shown(v cty.Value, at site) string {
	switch {
	case at.sensitive:
		return "a sensitive value"
	case v.Type() == cty.String:
		return strconv.Quote(short(v.AsString()))
	case v.Type() == cty.Number:
		return short(v.AsBigFloat().Text('g', 20))
	case v.Type() == cty.Bool:
		return strconv.FormatBool(v.True())
	}
	return "something else"
}

// short cuts what is too long for a line.
func short(s string) string {
	const most = 60
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-3]) + "..."
}

func bounds(t schema.Type) string {
	if t.Max == 0 {
		return fmt.Sprintf("at least %d", t.Min)
	}
	return fmt.Sprintf("between %d and %d", t.Min, t.Max)
}

func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strconv.Quote(w)
	}
	return out
}

func choice(words []string) string { return list(words, "or") }

// list writes words as a sentence does: a, b and c.
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// capital begins a sentence.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// article puts a or an before a word.
func article(word string) string {
	if word != "" && word != decode.UseType && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}
