package syntax

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/deployrecipe/recipe/lang/diag"
)

// Format returns a file in canonical form: indentation and alignment as hclwrite has them, no blank lines at either
// end and never two in a row, one line end at the end. Comments stay, and so does every token: a file that
// would change its meaning, or does not parse, is refused. Formatting twice changes nothing more. JSON comes back as
// it is: it has formatters of its own, and no form that is canonical for recipes.
func Format(src []byte, name string) ([]byte, hcl.Diagnostics) {
	file, diags := Parse(src, name)
	if diags.HasErrors() {
		return nil, diags
	}
	if IsJSON(name) {
		return src, nil
	}
	src = file.HCL.Bytes
	const passes = 5 // alignment may settle only after some
	out := src
	for range passes {
		next := squeeze(hclwrite.Format(out), name)
		if bytes.Equal(next, out) {
			break
		}
		out = next
	}
	if !sameTokens(src, out, name) {
		return nil, hcl.Diagnostics{diag.Errorf(diag.FormatUnsafe, nil, "File left as it was",
			"Formatting %q would have changed more than white space. Please report the file that shows this.", name)}
	}
	return out, nil
}

// squeeze drops superfluous blank lines. It goes by tokens, so that the lines of a heredoc or comment stay.
func squeeze(src []byte, name string) []byte {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	var out bytes.Buffer
	ends := 2 // line ends in a row; the start of the file counts as a blank line
	last := 0
	for _, tok := range tokens {
		gap := src[last:tok.Range.Start.Byte]
		last = tok.Range.End.Byte
		if tok.Type == hclsyntax.TokenNewline {
			if ends++; ends > 2 {
				continue
			}
			out.Write(tok.Bytes)
			continue
		}
		if tok.Type == hclsyntax.TokenEOF {
			break
		}
		out.Write(gap)
		out.Write(tok.Bytes)
		ends = 0
		if bytes.HasSuffix(tok.Bytes, []byte("\n")) {
			ends = 1
		}
	}
	text := bytes.TrimRight(out.Bytes(), "\n")
	if len(text) == 0 {
		return nil
	}
	return append(text, '\n')
}

// sameTokens reports whether two sources differ in nothing but white space between tokens.
func sameTokens(a, b []byte, name string) bool {
	ta, tb := solid(a, name), solid(b, name)
	if len(ta) != len(tb) {
		return false
	}
	for i := range ta {
		if ta[i].Type != tb[i].Type || !bytes.Equal(trimmed(ta[i]), trimmed(tb[i])) {
			return false
		}
	}
	return true
}

// solid returns the tokens without line ends, of which formatting may drop some.
func solid(src []byte, name string) hclsyntax.Tokens {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	var out hclsyntax.Tokens
	for _, tok := range tokens {
		if tok.Type != hclsyntax.TokenNewline && tok.Type != hclsyntax.TokenEOF {
			out = append(out, tok)
		}
	}
	return out
}

// trimmed returns a token's text; a comment without the white space at its end, a closing heredoc without its
// indentation.
func trimmed(tok hclsyntax.Token) []byte {
	switch tok.Type {
	case hclsyntax.TokenComment, hclsyntax.TokenCHeredoc, hclsyntax.TokenOHeredoc:
		return bytes.TrimSpace(tok.Bytes)
	}
	return tok.Bytes
}
