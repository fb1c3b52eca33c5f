package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

func movedBlock() schema.Block {
	return schema.Block{
		Name: "moved",
		Doc:  "Says that what was declared under one address is now declared under another, so that what stands on the engine goes on under the new one. It is needed for as long as anything stands that was made under the old one: a plan names that.",
		Args: []schema.Arg{
			{Name: "from", Type: schema.AnyValue(), Raw: true, Required: true, Change: schema.PlanOnly, Doc: "The address of before, as in service.app. Nothing may be declared under it any more."},
			{Name: "to", Type: schema.AnyValue(), Raw: true, Required: true, Change: schema.PlanOnly, Doc: "The address of now, such as service.web[\"main\"]. Without a key on either side, all instances move."},
		},
	}
}

// moves are the moved blocks, read without evaluating anything. What is wrong with them is kept until everything is
// evaluated; the blocks that have errors are left out.
type moves struct {
	known    *state.Moves
	list     []state.Move
	problems hcl.Diagnostics
}

func (m *moves) wrong(code diag.Code, at hcl.Range, summary, format string, args ...any) {
	m.problems = append(m.problems, diag.Errorf(code, &at, summary, format, args...))
}

func (r *resolver) declareMoves() {
	m := &r.moves
	from, to := map[addr.Addr]state.Move{}, map[addr.Addr]state.Move{}
	for _, b := range r.root.Blocks {
		if b.Type != "moved" {
			continue
		}
		move, ok := r.readMove(b)
		if !ok {
			continue
		}
		switch a, b := from[move.From], to[move.To]; {
		case !a.From.IsZero():
			m.wrong(diag.DuplicateBlock, move.Range, "Moved twice", "%s moves to %s at %s already. Keep one of the two blocks.", move.From, a.To, place(a.Range))
		case !b.To.IsZero():
			m.wrong(diag.DuplicateBlock, move.Range, "Moved twice", "%s moves to %s at %s already, and two things cannot become one. Keep one of the two blocks.", b.From, move.To, place(b.Range))
		default:
			from[move.From], to[move.To] = move, move
			m.list = append(m.list, move)
		}
	}
	m.list = slices.DeleteFunc(m.list, func(move state.Move) bool {
		on, chained := from[move.To]
		return !(chained && on != move) && !r.leads(move)
	})
	m.circles(from)
	m.known = state.NewMoves(m.list)
}

// leads tells whether a move leads to a block; it reports one that does not.
func (r *resolver) leads(move state.Move) bool {
	a, blocks := move.To, r.root.blocks[move.To.Kind]
	if a.Module != "" || blocks[a.Name] != nil {
		return true
	}
	if !r.root.Incomplete && !r.root.Lost[a.Name] {
		r.moves.wrong(diag.UnknownReference, move.Range, "Unknown reference", "%s moves to %s, and no %s is named %q.%s",
			move.From, a, a.Kind, a.Name, diag.DidYouMean(a.Name, slices.Sorted(maps.Keys(blocks))))
	}
	return false
}

// circles marks the moves that swap two addresses, and reports those that lead round in a larger circle.
func (m *moves) circles(from map[addr.Addr]state.Move) {
	reported := map[addr.Addr]bool{}
	var sound []state.Move
	for _, move := range m.list {
		path := []addr.Addr{move.From, move.To}
		for next, ok := from[move.To]; ok && path[len(path)-1] != move.From && len(path) <= len(m.list)+1; next, ok = from[next.To] {
			path = append(path, next.To)
		}
		switch round := path[len(path)-1] == move.From; {
		case round && len(path) == 3:
			move.Swap = true
			sound = append(sound, move)
		case !round:
			sound = append(sound, move)
		case !reported[move.From]:
			for _, a := range path {
				reported[a] = true
			}
			m.wrong(diag.ReferenceCycle, move.Range, "Circle of moves",
				"What stands cannot go round: %s. Two blocks can swap their addresses; of more, remove one move.", arrows(path))
		}
	}
	m.list = sound
}

func arrows(path []addr.Addr) string {
	words := make([]string, len(path))
	for i, a := range path {
		words[i] = a.String()
	}
	return strings.Join(words, " to ")
}

func (r *resolver) readMove(b *decode.Block) (state.Move, bool) {
	move := state.Move{Range: b.Range}
	if b.Args["from"] == nil || b.Args["to"] == nil {
		return move, false // decoding said so
	}
	var known [2]bool
	move.From, known[0] = r.address("from", b.Args["from"].Expr)
	move.To, known[1] = r.address("to", b.Args["to"].Expr)
	switch {
	case !known[0] || !known[1]:
		return move, false
	case move.From == move.To:
		r.moves.wrong(diag.InvalidValue, b.Range, "Nothing moves", "%s moves to itself. Remove the block.", move.From)
	case move.From.Kind != move.To.Kind:
		r.moves.wrong(diag.WrongType, b.Args["to"].Expr.Range(), "Kinds differ", "What stands of %s cannot become %s. Move it to another %s.", article(move.From.Kind), article(move.To.Kind), move.From.Kind)
	default:
		return move, true
	}
	return move, false
}

// address reads a static address.
func (r *resolver) address(name string, expr hcl.Expression) (a addr.Addr, ok bool) {
	traversal, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		r.moves.notAnAddress(name, expr)
		return a, false
	}
	text := traversal.RootName()
	for _, step := range traversal[1:] {
		switch s := step.(type) {
		case hcl.TraverseAttr:
			text += "." + s.Name
		case hcl.TraverseIndex:
			if s.Key.Type() != cty.String {
				r.moves.notAnAddress(name, expr)
				return a, false
			}
			text += fmt.Sprintf("[%q]", s.Key.AsString())
		}
	}
	a, err := addr.Parse(text)
	if err != nil {
		r.moves.notAnAddress(name, expr)
		return a, false
	}
	if _, known := r.in.Kinds[a.Kind]; !known {
		kinds := slices.Sorted(maps.Keys(r.in.Kinds))
		r.moves.wrong(diag.UnknownReference, expr.Range(), "Unknown reference", "There is no block kind %q.%s", a.Kind, diag.DidYouMean(a.Kind, kinds))
		return a, false
	}
	return a, true
}

func (m *moves) notAnAddress(name string, expr hcl.Expression) {
	m.wrong(diag.NotLiteral, expr.Range(), "Not an address",
		"%q takes an address that is written out, such as service.web or service.web[\"main\"], and nothing that is computed.", name)
}

func (r *resolver) checkMoves() { r.report(r.moves.problems...) }

// checkMoved reports moves away from what is still declared; it tells whether there are none.
func (r *resolver) checkMoved(d *state.Desired) bool {
	ok := true
	declared := map[addr.Addr]addr.Addr{}
	for _, res := range d.Resources {
		declared[res.Addr] = res.Addr
		whole := res.Addr
		whole.Key = ""
		if res.Addr.Key != "" && r.wholly(whole) {
			declared[whole] = res.Addr
		}
	}
	for _, move := range r.moves.list {
		if still, has := declared[move.From]; has && !move.Swap {
			ok = false
			r.errorf(diag.NameConflict, move.Range, "Moved and still declared",
				"%s moves to %s, and %s is still declared at %s. What stands on the engine can be one of them only: rename or remove that block, or the moved one.",
				move.From, move.To, still, place(d.Find(still).Range))
		}
	}
	return ok
}

// wholly tells whether a block moves with all its instances.
func (r *resolver) wholly(a addr.Addr) bool {
	return slices.ContainsFunc(r.moves.list, func(m state.Move) bool { return m.From == a && m.To.Key == "" })
}
