package state

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
)

// Move says that what was declared under one address is now declared under another. One without keys on either side
// takes all instances of a block along, and one of a use block all that is in the library.
type Move struct {
	From, To addr.Addr
	Range    hcl.Range
	// Swap says that there is a move the other way, too: the two exchange their addresses.
	Swap bool
}

// Moves are the renames of a recipe. The labels of objects never change, so what was made under an old address keeps
// telling it, and a recipe says for as long as that stands what the address means now. The zero value and nil say of
// each address that it never was another.
//
// A library's moves are about its own addresses and hold in each of its instances. Going forward, those of the recipe
// come before those of its libraries: what was moved with a whole library is in the one that it is in now, and what
// that library moved is known by its name there. Going back is the same way from its other end.
type Moves struct {
	scopes map[string]*Scope
	count  int
}

// Scope are the moves that one module declares.
type Scope struct{ forward, back map[addr.Addr]Move }

// NewScope makes the moves of a module known. No two may lead from one address or to one, and but for swaps none in a
// circle.
func NewScope(list []Move) *Scope {
	s := &Scope{map[addr.Addr]Move{}, map[addr.Addr]Move{}}
	for _, move := range list {
		s.forward[move.From], s.back[move.To] = move, move
	}
	return s
}

// NewMoves makes the moves of a recipe known and those of its libraries, by the ways to these without keys: use.cache,
// use.cache.use.store; the recipe's own are under the empty one.
func NewMoves(scopes map[string]*Scope) *Moves {
	m := &Moves{scopes: scopes}
	for _, s := range scopes {
		m.count += len(s.forward)
	}
	if m.count == 0 {
		return nil
	}
	return m
}

// Now is the present address of what was made under one.
func (m *Moves) Now(a addr.Addr) addr.Addr {
	if m.none() {
		return a
	}
	w := trail{m: m, at: a}
	for range m.count {
		if _, ok := w.forward(); !ok {
			break
		}
	}
	return w.at
}

// Next is the first move away from an address, or from a library that it is in, and where it leads.
func (m *Moves) Next(a addr.Addr) (to addr.Addr, move Move, ok bool) {
	if m.none() {
		return a, Move{}, false
	}
	w := trail{m: m, at: a}
	move, ok = w.forward()
	return w.at, move, ok
}

// Named is the address that gives an object its name: the oldest of its present one, so that names that others
// use, on the edge, of volumes or in the DNS, stay as they are.
func (m *Moves) Named(a addr.Addr) addr.Addr { return m.origin(a, false) }

// Label is the address that the label of a new object tells, so that Now gives the object's: of two that are swapped,
// the other's.
func (m *Moves) Label(a addr.Addr) addr.Addr { return m.origin(a, true) }

func (m *Moves) origin(a addr.Addr, swapsAlone bool) addr.Addr {
	if m.none() {
		return a
	}
	w := trail{m: m, at: a, swapsAlone: swapsAlone, deepest: len(a.Module)}
	for range m.count {
		if !w.back() {
			break
		}
	}
	return w.at
}

func (m *Moves) none() bool { return m == nil || m.count == 0 }
