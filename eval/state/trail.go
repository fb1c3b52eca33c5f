package state

import (
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
)

// trail leads from an address to others, a move at a time.
type trail struct {
	m  *Moves
	at addr.Addr
	// swapped are the addresses that moves that swap led from and to: they lead back as well.
	swapped []place
	// swapsAlone leaves out all other moves.
	swapsAlone bool
	// deepest bounds, on the way back, the length of paths to modules: what came with a whole library was in another
	// one before, whose own moves are not known.
	deepest int
}

// place is an address as a module writes it.
type place struct {
	in *Scope
	at addr.Addr
}

// forward takes the first move away from the address: the recipe's own come before those of its libraries.
func (w *trail) forward() (Move, bool) {
	for _, l := range levels(w.at) {
		if s := w.m.scopes[l.pattern]; s != nil {
			if move, ok := w.take(s, s.forward, func(m Move) addr.Addr { return m.To }, l); ok {
				return move, true
			}
		}
	}
	return Move{}, false
}

// back takes the last move that led to the address.
func (w *trail) back() bool {
	for _, l := range slices.Backward(levels(w.at)) {
		s := w.m.scopes[l.pattern]
		if s == nil || len(l.path) > w.deepest {
			continue
		}
		move, ok := w.take(s, s.back, func(m Move) addr.Addr { return m.From }, l)
		if !ok {
			continue
		}
		if w.deepest = len(w.at.Module); move.To.Kind == addr.Use {
			w.deepest = len(l.path)
		}
		return true
	}
	return false
}

// take goes by the move of the address, or else by that of a library that it is in, the innermost first.
func (w *trail) take(s *Scope, moves map[addr.Addr]Move, end func(Move) addr.Addr, l level) (Move, bool) {
	below := w.at.Below(l.path)
	move, to, ok := w.find(s, moves, end, below)
	if !ok && below.Module != "" {
		for _, use := range slices.Backward(below.Libraries()) {
			if move, to, ok = w.find(s, moves, end, use); ok {
				to = below.Below(use.String()).Above(to.String())
				break
			}
		}
	}
	if !ok {
		return Move{}, false
	}
	w.at = to.Above(l.path)
	if move.Swap {
		w.swapped = append(w.swapped, place{s, move.From}, place{s, move.To})
	}
	return move, true
}

// find finds the move of an address, or that of its block, which leaves the key as it is, and where it leads.
func (w *trail) find(s *Scope, moves map[addr.Addr]Move, end func(Move) addr.Addr, a addr.Addr) (Move, addr.Addr, bool) {
	move, ok := moves[a]
	to := end(move)
	if !ok && a.Key != "" {
		move, ok = moves[a.Block()]
		ok = ok && move.From.Key == "" && move.To.Key == ""
		to = end(move)
		to.Key = a.Key
	}
	if !ok || w.swapsAlone && !move.Swap || slices.Contains(w.swapped, place{s, move.From}) {
		return Move{}, a, false
	}
	return move, to, true
}

// level is a module that an address is in: the recipe, or a library by the way to it with keys and without.
type level struct{ path, pattern string }

func levels(a addr.Addr) []level {
	all := []level{{}}
	if a.Module == "" {
		return all
	}
	for _, use := range a.Libraries() {
		block := addr.New(use.Kind, use.Name)
		all = append(all, level{use.String(), block.Above(all[len(all)-1].pattern).String()})
	}
	return all
}
