package syntax

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Unfinished tells whether an expression goes on after its last line: a bracket, an interpolation or a heredoc is
// open. Who reads expressions line by line asks for another line then. Quoted text ends with its line.
func Unfinished(src []byte) bool {
	tokens, _ := hclsyntax.LexExpression(append(bytes.TrimRight(src, "\n"), '\n'), "", hcl.InitialPos)
	var open []hclsyntax.TokenType
	for _, tok := range tokens {
		switch {
		case opens(tok.Type):
			open = append(open, tok.Type)
		case closes(tok.Type) && len(open) == 0:
			return false // which no further line mends
		case closes(tok.Type):
			open = open[:len(open)-1]
		}
	}
	return len(open) > 0 && open[len(open)-1] != hclsyntax.TokenOQuote
}

// OneLine writes an expression on one line: line ends become commas where they stand for one. It reports false where
// that cannot be, since there is a comment or a heredoc in it.
func OneLine(src []byte) (string, bool) {
	tokens, _ := hclsyntax.LexExpression(bytes.TrimSpace(src), "", hcl.InitialPos)
	var j joiner
	last := 0
	for i, tok := range tokens {
		gap := tok.Range.Start.Byte > last
		last = tok.Range.End.Byte
		switch tok.Type {
		case hclsyntax.TokenComment, hclsyntax.TokenOHeredoc, hclsyntax.TokenInvalid, hclsyntax.TokenBadUTF8:
			return "", false
		case hclsyntax.TokenNewline:
			j.broken = true
		case hclsyntax.TokenEOF:
		default:
			j.token(tokens, i, gap)
		}
	}
	return j.out.String(), true
}

// joiner joins the lines of an expression.
type joiner struct {
	out    bytes.Buffer
	prev   hclsyntax.TokenType
	broken bool // a line ended since the last token
	// items holds for each open bracket whether it is a brace in which line ends part items.
	items []bool
}

func (j *joiner) token(tokens hclsyntax.Tokens, i int, gap bool) {
	tok := tokens[i]
	switch {
	case j.broken:
		j.join(tok.Type)
	case gap && j.out.Len() > 0:
		j.out.WriteByte(' ')
	}
	j.out.Write(tok.Bytes)
	j.prev, j.broken = tok.Type, false
	switch {
	case opens(tok.Type):
		j.items = append(j.items, tok.Type == hclsyntax.TokenOBrace && !isFor(tokens[i+1:]))
	case closes(tok.Type) && len(j.items) > 0:
		j.items = j.items[:len(j.items)-1]
	}
}

// join writes what stands in place of a line end before a token.
func (j *joiner) join(next hclsyntax.TokenType) {
	if closes(next) && j.prev == hclsyntax.TokenComma {
		j.out.Truncate(j.out.Len() - 1)
	}
	inItems := len(j.items) > 0 && j.items[len(j.items)-1]
	switch {
	case j.prev == hclsyntax.TokenOBrace || next == hclsyntax.TokenCBrace:
		j.out.WriteByte(' ')
	case opens(j.prev) || closes(next):
	case inItems && !chains(j.prev) && !continues(next) &&
		j.prev != hclsyntax.TokenComma && j.prev != hclsyntax.TokenColon && j.prev != hclsyntax.TokenEqual:
		j.out.WriteString(", ")
	default:
		j.out.WriteByte(' ')
	}
}

// isFor tells whether tokens begin a for expression.
func isFor(tokens hclsyntax.Tokens) bool {
	for _, tok := range tokens {
		if tok.Type != hclsyntax.TokenNewline {
			return tok.Type == hclsyntax.TokenIdent && string(tok.Bytes) == "for"
		}
	}
	return false
}
