package resolve

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

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

// moves are the moved blocks of the recipe and its libraries, read without evaluating anything: what stands is looked
// at before it is known which instances libraries have.
type moves struct {
	known *state.Moves
	read  map[*decode.Module]*moveList
}

// moveList are the moved blocks of a module, with addresses as the module writes them. What is wrong with them is kept
// until the module is evaluated; the blocks that have errors are left out.
type moveList struct {
	m        *decode.Module
	kinds    []string
	moves    []state.Move
	scope    *state.Scope
	problems hcl.Diagnostics
}

func (l *moveList) wrong(code diag.Code, at hcl.Range, summary, format string, args ...any) {
	l.problems = append(l.problems, diag.Errorf(code, &at, summary, format, args...))
}

func (r *resolver) declareMoves() {
	r.moves.read = map[*decode.Module]*moveList{}
	scopes := map[string]*state.Scope{}
	r.scopes(r.root.Module, "", scopes)
	r.moves.known = state.NewMoves(scopes)
}

// scopes collects the moves of a module and of its libraries by the ways to them. Most libraries have none, and are
// not entered.
func (r *resolver) scopes(m *decode.Module, path string, into map[string]*state.Scope) {
	if l := r.readMoves(m); len(l.moves) > 0 {
		into[path] = l.scope
	}
	for name, lib := range m.Uses {
		if r.anyMoves(lib) {
			r.scopes(lib, addr.New(addr.Use, name).Above(path).String(), into)
		}
	}
}

// anyMoves tells whether a library has moves, or one that it uses.
func (r *resolver) anyMoves(m *decode.Module) bool {
	any := len(r.readMoves(m).moves) > 0
	for _, lib := range m.Uses {
		any = any || r.anyMoves(lib)
	}
	return any
}

func (r *resolver) readMoves(m *decode.Module) *moveList {
	l := r.moves.read[m]
	if l == nil {
		l = &moveList{m: m, kinds: append(slices.Sorted(maps.Keys(r.in.Kinds)), addr.Use)}
		l.declare()
		r.moves.read[m] = l
	}
	return l
}

func (l *moveList) declare() {
	from, to := map[addr.Addr]state.Move{}, map[addr.Addr]state.Move{}
	for _, b := range l.m.Blocks {
		if b.Type != "moved" {
			continue
		}
		move, ok := l.readMove(b)
		if !ok {
			continue
		}
		switch a, b := from[move.From], to[move.To]; {
		case !a.From.IsZero():
			l.wrong(diag.DuplicateBlock, move.Range, "Moved twice", "%s moves to %s at %s already. Keep one of the two blocks.", move.From, a.To, place(a.Range))
		case !b.To.IsZero():
			l.wrong(diag.DuplicateBlock, move.Range, "Moved twice", "%s moves to %s at %s already, and two things cannot become one. Keep one of the two blocks.", b.From, move.To, place(b.Range))
		default:
			from[move.From], to[move.To] = move, move
			l.moves = append(l.moves, move)
		}
	}
	l.moves = slices.DeleteFunc(l.moves, func(move state.Move) bool {
		on, chained := from[move.To]
		return !(chained && on != move) && !l.leads(move)
	})
	l.circles()
	l.scope = state.NewScope(l.moves)
}

// leads tells whether a move leads to a block; it reports one that does not.
func (l *moveList) leads(move state.Move) bool {
	a := move.To
	if a.Module != "" {
		return true
	}
	var names []string
	for _, b := range l.m.Blocks {
		if b.Type == a.Kind {
			names = append(names, b.Label)
		}
	}
	if slices.Contains(names, a.Name) {
		return true
	}
	if !l.m.Incomplete && !l.m.Lost[a.Name] {
		slices.Sort(names)
		l.wrong(diag.UnknownReference, move.Range, "Unknown reference", "%s moves to %s, and no %s is named %q.%s",
			move.From, a, a.Kind, a.Name, diag.DidYouMean(a.Name, names))
	}
	return false
}

// circles marks the moves that swap two addresses, and reports those that lead round in a larger circle, also by way of
// the libraries that they move.
func (l *moveList) circles() {
	known := state.NewMoves(map[string]*state.Scope{"": state.NewScope(l.moves)})
	reported := map[addr.Addr]bool{}
	var sound []state.Move
	for _, move := range l.moves {
		path := []addr.Addr{move.From}
		for len(path) == 1 || path[len(path)-1] != move.From && len(path) <= len(l.moves)+1 {
			next, _, ok := known.Next(path[len(path)-1])
			if !ok {
				break
			}
			path = append(path, next)
		}
		back := func(m state.Move) bool { return m.From == move.To && m.To == move.From }
		switch round := len(path) > 1 && path[len(path)-1] == move.From; {
		case round && len(path) == 3 && slices.ContainsFunc(l.moves, back):
			move.Swap = true
			sound = append(sound, move)
		case !round:
			sound = append(sound, move)
		case !reported[move.From]:
			for _, a := range path {
				reported[a] = true
			}
			l.wrong(diag.ReferenceCycle, move.Range, "Circle of moves",
				"What stands cannot go round: %s. Two blocks can swap their addresses; of more, remove one move.", arrows(path))
		}
	}
	l.moves = sound
}

func arrows(path []addr.Addr) string {
	words := make([]string, len(path))
	for i, a := range path {
		words[i] = a.String()
	}
	return strings.Join(words, " to ")
}

// checkMoved reports moves away from what is still declared; it tells whether there are none.
func (r *resolver) checkMoved(d *state.Desired, resources []*resource) bool {
	in := map[addr.Addr]*module{}
	for _, res := range resources {
		in[res.Addr] = res.in
	}
	told := map[hcl.Range]bool{}
	for _, res := range d.Resources {
		_, move, moved := r.moves.known.Next(res.Addr)
		if !moved || move.Swap || told[move.Range] {
			continue
		}
		told[move.Range] = true
		leave := r.enter(in[res.Addr])
		r.errorf(diag.NameConflict, move.Range, "Moved and still declared",
			"%s moves to %s, and %s is still declared at %s. What stands on the engine can be one of them only: rename or remove that block, or the moved one.",
			move.From, move.To, res.Addr, place(res.Range))
		leave()
	}
	return len(told) == 0
}
