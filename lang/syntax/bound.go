package syntax

import (
	"bytes"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/diag"
)

// The bounds on what a file may hold. People stay far below them; a parser's stack is far above.
const (
	// MaxDepth is how deep brackets, quotes and templates may nest.
	MaxDepth = 200
	// maxChain is how many operators and indexes one expression may have: each puts the tree one level deeper.
	maxChain = 1000
	// maxDigits bounds a number literal and maxExponent its exponent; cty keeps 154 digits.
	maxDigits   = 400
	maxExponent = 400
	// maxMeld bounds the work of joining the lines of long texts, in bytes copied: the parser appends each line to
	// a copy of all before it. A text of 5,000 lines of 80 characters fits.
	maxMeld = 1 << 30
)

// boundNative scans native syntax. It reports the first thing out of bounds.
func boundNative(src []byte, name string) hcl.Diagnostics {
	// What the scanner finds invalid, the parser reports again.
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	return boundTokens(tokens, strict())
}

// tooLarge reports whether a number literal is out of bounds: computing with it would take for ever.
func tooLarge(lit []byte) bool {
	if len(lit) > maxDigits {
		return true
	}
	i := bytes.IndexAny(lit, "eE")
	if i < 0 {
		return false
	}
	exp := bytes.TrimLeft(lit[i+1:], "+-0")
	n, err := strconv.Atoi(string(exp))
	return len(exp) > 0 && (err != nil || n > maxExponent)
}

func numberTooLarge(rng hcl.Range) *hcl.Diagnostic {
	return diag.Errorf(diag.NumberTooLarge, &rng, "Number too large",
		"A number has at most %d digits and an exponent of at most %d.", maxDigits, maxExponent)
}

func tooDeep(rng hcl.Range, lim limits) *hcl.Diagnostic {
	return diag.Errorf(diag.NestingTooDeep, &rng, "Nesting too deep",
		"Brackets, quotes and templates nest deeper than %d here. Name parts of the expression with locals.", lim.depth)
}

func textTooLong(rng hcl.Range) *hcl.Diagnostic {
	return diag.Errorf(diag.TextTooLong, &rng, "Text too long",
		"The texts up to here have more lines than can be read in good time. Put them into files of their own and read those with file().")
}

func tooLong(rng hcl.Range, lim limits) *hcl.Diagnostic {
	return diag.Errorf(diag.NestingTooDeep, &rng, "Nesting too deep",
		"This expression has more than %d operators. Name parts of it with locals.", lim.chain)
}
