package syntax

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// limits are the bounds of one scan.
type limits struct{ depth, chain int }

// strict is for what will be parsed; lax for strings that are parsed in some places only, and in all others may
// hold any text.
func strict() limits { return limits{MaxDepth, maxChain} }
func lax() limits    { return limits{50 * MaxDepth, 50 * maxChain} }

// scan follows what the parser's recursion will do. Brackets, quotes, interpolations and template directives that
// wait for their end nest; operators and indexes chain, until a comma or the end of the line ends the
// expression.
type scan struct {
	lim        limits
	stack      []frame
	directives int
	// prev is the last token that is no line end or comment, and ended says that a line end followed it.
	prev  hclsyntax.TokenType
	ended bool
	// meld is the work of joining literal texts so far, in bytes.
	meld int
}

// frame is one open bracket, quote or template.
type frame struct {
	open hclsyntax.TokenType
	// chain counts the operators of the expression at hand.
	chain int
	// parts counts the parts of a template, run is the length of the literal text at hand.
	parts, run int
}

// boundTokens reports the first token that is out of bounds.
func boundTokens(tokens hclsyntax.Tokens, lim limits) hcl.Diagnostics {
	s := &scan{lim: lim, stack: []frame{{open: hclsyntax.TokenOBrace}}}
	for i, tok := range tokens {
		if lineEnd(tok) {
			s.ended = true
			continue
		}
		if tok.Type == hclsyntax.TokenComment {
			continue
		}
		if d := s.token(tokens, i); d != nil {
			return hcl.Diagnostics{d}
		}
		s.prev, s.ended = tok.Type, false
	}
	return nil
}

func (s *scan) token(tokens hclsyntax.Tokens, i int) *hcl.Diagnostic {
	tok := tokens[i]
	top := &s.stack[len(s.stack)-1]
	if s.ended && top.open == hclsyntax.TokenOBrace && !chains(s.prev) && !continues(tok.Type) {
		top.chain = 0
	}
	if chains(tok.Type) {
		top.chain++
	}
	s.part(top, tok)
	long := top.chain > s.lim.chain
	switch {
	case opens(tok.Type):
		s.stack = append(s.stack, frame{open: tok.Type})
		s.directives += directive(tokens, i)
	case closes(tok.Type) && len(s.stack) > 1:
		s.stack = s.stack[:len(s.stack)-1]
	case tok.Type == hclsyntax.TokenComma:
		top.chain = 0
	case tok.Type == hclsyntax.TokenNumberLit && tooLarge(tok.Bytes):
		return numberTooLarge(tok.Range)
	}
	switch {
	case long:
		return tooLong(tok.Range, s.lim)
	case len(s.stack)-1+s.directives > s.lim.depth:
		return tooDeep(tok.Range, s.lim)
	case s.meld > maxMeld:
		return textTooLong(tok.Range)
	}
	return nil
}

// part counts the work of joining literal texts that follow each other: the parser copies both, and moves all later
// parts up.
func (s *scan) part(in *frame, tok hclsyntax.Token) {
	const partSize = 16
	if tok.Type != hclsyntax.TokenStringLit && tok.Type != hclsyntax.TokenQuotedLit {
		in.run = 0
		in.parts++
		return
	}
	if in.run > 0 {
		s.meld += in.run + partSize*in.parts
	}
	in.run += len(tok.Bytes)
	in.parts++
}

// lineEnd reports whether a token ends a line; comments to the end of the line hold it.
func lineEnd(tok hclsyntax.Token) bool {
	return tok.Type == hclsyntax.TokenNewline ||
		tok.Type == hclsyntax.TokenComment && bytes.HasSuffix(tok.Bytes, []byte("\n"))
}

// directive returns by how much a template directive at token i deepens what follows it: if and for stay open until
// their end.
func directive(tokens hclsyntax.Tokens, i int) int {
	if tokens[i].Type != hclsyntax.TokenTemplateControl || i+1 >= len(tokens) {
		return 0
	}
	switch string(tokens[i+1].Bytes) {
	case "if", "for":
		return 1
	case "endif", "endfor":
		return -1
	}
	return 0
}

func opens(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return true
	}
	return false
}

func closes(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
		hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		return true
	}
	return false
}

// chains reports whether a token puts what follows or precedes it one level deeper in the tree.
func chains(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenPercent,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenAnd, hclsyntax.TokenOr,
		hclsyntax.TokenBang, hclsyntax.TokenQuestion, hclsyntax.TokenDot, hclsyntax.TokenOBrack,
		hclsyntax.TokenDoubleColon: // the name before is copied
		return true
	}
	return false
}

// continues reports whether a line that begins with the token may go on with the expression of the line before, as
// it does in a for expression between braces.
func continues(t hclsyntax.TokenType) bool {
	return chains(t) || t == hclsyntax.TokenColon
}
