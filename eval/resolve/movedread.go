package resolve

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

func (l *moveList) readMove(b *decode.Block) (state.Move, bool) {
	move := state.Move{Range: b.Range}
	if b.Args["from"] == nil || b.Args["to"] == nil {
		return move, false // decoding said so
	}
	var known [2]bool
	move.From, known[0] = l.address("from", b.Args["from"].Expr)
	move.To, known[1] = l.address("to", b.Args["to"].Expr)
	switch {
	case !known[0] || !known[1]:
		return move, false
	case move.From == move.To:
		l.wrong(diag.InvalidValue, b.Range, "Nothing moves", "%s moves to itself. Remove the block.", move.From)
	case move.From.Kind != move.To.Kind:
		l.wrong(diag.WrongType, b.Args["to"].Expr.Range(), "Kinds differ", "What stands of %s cannot become %s. Move it to another %s.", article(move.From.Kind), article(move.To.Kind), move.From.Kind)
	default:
		return move, true
	}
	return move, false
}

// address reads a static address.
func (l *moveList) address(name string, expr hcl.Expression) (a addr.Addr, ok bool) {
	traversal, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		l.notAnAddress(name, expr)
		return a, false
	}
	text := traversal.RootName()
	for _, step := range traversal[1:] {
		switch s := step.(type) {
		case hcl.TraverseAttr:
			text += "." + s.Name
		case hcl.TraverseIndex:
			if s.Key.Type() != cty.String {
				l.notAnAddress(name, expr)
				return a, false
			}
			text += fmt.Sprintf("[%q]", s.Key.AsString())
		}
	}
	a, err := addr.Parse(text)
	if err != nil {
		l.notAnAddress(name, expr)
		return a, false
	}
	if to := l.m.Renamed[a.Kind]; to != "" {
		a.Kind = to
	}
	if !slices.Contains(l.kinds, a.Kind) {
		l.wrong(diag.UnknownReference, expr.Range(), "Unknown reference", "There is no block kind %q.%s", a.Kind, diag.DidYouMean(a.Kind, l.kinds))
		return a, false
	}
	return a, true
}

func (l *moveList) notAnAddress(name string, expr hcl.Expression) {
	l.wrong(diag.NotLiteral, expr.Range(), "Not an address",
		"%q takes an address that is written out, such as service.web or service.web[\"main\"], and nothing that is computed.", name)
}
