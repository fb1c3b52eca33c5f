package diag

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// maxWord bounds the words compared: nobody mistypes one longer, and the comparison is quadratic.
const maxWord = 64

// Suggest returns the candidate that was most likely meant by word, or "" when none is near. Of candidates
// equally near, the first one wins, so that the answer does not depend on chance.
func Suggest(word string, candidates []string) string {
	if len(word) > maxWord {
		return ""
	}
	best, bestDistance := "", nearness(word)+1
	for _, c := range candidates {
		if c == word || len(c) > maxWord {
			continue
		}
		d := levenshtein.Distance(flat(word), flat(c), nil)
		if d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// DidYouMean returns Suggest's answer as a sentence that begins with a space, to be put behind a detail, or "".
func DidYouMean(word string, candidates []string) string {
	if s := Suggest(word, candidates); s != "" {
		return fmt.Sprintf(" Did you mean %q?", s)
	}
	return ""
}

// nearness is how many edits still count as a slip, by the length of the word: one letter of three makes
// another word, two of eight a typing error.
func nearness(word string) int {
	switch n := len(word); {
	case n <= 3:
		return 1
	case n <= 8:
		return 2
	default:
		return 3
	}
}

// flat makes case and the choice of separator cost nothing.
func flat(s string) string {
	return strings.ReplaceAll(strings.ToLower(s), "-", "_")
}
