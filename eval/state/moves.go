package state

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
)

// Move says that what was declared under one address is now declared under another. One without keys on either side
// takes all instances of a block along.
type Move struct {
	From, To addr.Addr
	Range    hcl.Range
	// Swap says that there is a move the other way, too: the two exchange their addresses.
	Swap bool
}

// Moves are the renames of a recipe. The labels of objects never change, so what was made under an old address keeps
// telling it, and a recipe says for as long as that stands what the address means now. The zero value and nil say of
// each address that it never was another.
type Moves struct{ forward, back map[addr.Addr]Move }

// NewMoves makes the moves known. No two may lead from one address or to one, and but for swaps none in a circle.
func NewMoves(list []Move) *Moves {
	if len(list) == 0 {
		return nil
	}
	m := &Moves{map[addr.Addr]Move{}, map[addr.Addr]Move{}}
	for _, move := range list {
		m.forward[move.From], m.back[move.To] = move, move
	}
	return m
}

// Now is the present address of what was made under one.
func (m *Moves) Now(a addr.Addr) addr.Addr {
	for !m.none() {
		move, key, ok := find(m.forward, a)
		if !ok {
			return a
		}
		a = move.To
		if key != "" {
			a.Key = key
		}
		if move.Swap {
			return a
		}
	}
	return a
}

// Named is the address that gives an object its name: the oldest of its present one, so that names that others
// use, on the edge, of volumes or in the DNS, stay as they are.
func (m *Moves) Named(a addr.Addr) addr.Addr {
	for !m.none() {
		move, key, ok := find(m.back, a)
		if !ok {
			return a
		}
		a = move.From
		if key != "" {
			a.Key = key
		}
		if move.Swap {
			return a
		}
	}
	return a
}

// Label is the address that the label of a new object tells, so that Now gives the object's: of two that are swapped,
// the other's.
func (m *Moves) Label(a addr.Addr) addr.Addr {
	if m.none() {
		return a
	}
	if move, _, ok := find(m.back, a); ok && move.Swap {
		return m.Named(a)
	}
	return a
}

func (m *Moves) none() bool { return m == nil || len(m.forward) == 0 }

// find finds the move of an address, or that of its block, which leaves the key as it is.
func find(moves map[addr.Addr]Move, a addr.Addr) (move Move, key string, ok bool) {
	if move, ok = moves[a]; ok || a.Key == "" {
		return move, "", ok
	}
	block := a
	block.Key = ""
	move, ok = moves[block]
	return move, a.Key, ok && move.From.Key == "" && move.To.Key == ""
}

// Apply brings what was observed and recorded under old addresses to the present ones, and notes which did.
func (m *Moves) Apply(o *Observed, r *Recorded) {
	if m.none() {
		return
	}
	met := map[Move]bool{}
	now := func(a addr.Addr) addr.Addr {
		to := m.Now(a)
		if to != a {
			met[Move{From: a, To: to}] = true
		}
		return to
	}
	for i := range o.Objects {
		object := &o.Objects[i]
		object.Addr = now(object.Addr)
		object.Spec = Readdress(object.Spec, m.Now)
	}
	o.indexed, o.index = sync.Once{}, nil // what At knew is known by other addresses now
	slices.SortStableFunc(o.Objects, func(a, b Object) int {
		return cmp.Or(addr.Compare(a.Addr, b.Addr), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	if r != nil {
		r.readdress(now)
		for name, spec := range r.Resources {
			r.Resources[name] = Readdress(spec, m.Now)
		}
	}
	o.Moved = slices.SortedFunc(maps.Keys(met), func(a, b Move) int {
		return cmp.Or(addr.Compare(a.From, b.From), addr.Compare(a.To, b.To))
	})
}

// Kept is a record of the present addresses as it is to be written, so that Apply gives it back.
func (m *Moves) Kept(r Recorded) Recorded {
	if m.none() {
		return r
	}
	r.History = slices.Clone(r.History)
	r.readdress(m.Label)
	for name, spec := range r.Resources {
		r.Resources[name] = Readdress(spec, m.Label)
	}
	return r
}

// readdress replaces the maps of a record by those under other addresses. Where two come together, the one that was
// recorded under its own counts.
func (r *Recorded) readdress(to func(addr.Addr) addr.Addr) {
	r.Resources, r.Contexts, r.Jobs = readdressed(r.Resources, to), readdressed(r.Contexts, to), readdressed(r.Jobs, to)
	for i := range r.History {
		r.History[i].Releases = readdressed(r.History[i].Releases, to)
	}
}

func readdressed[V any](m map[string]V, to func(addr.Addr) addr.Addr) map[string]V {
	if m == nil {
		return nil
	}
	out := make(map[string]V, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		renamed := name
		if a, err := addr.Parse(name); err == nil {
			renamed = to(a).String()
		}
		if _, has := out[renamed]; !has || renamed == name {
			out[renamed] = m[name]
		}
	}
	return out
}

// Readdress gives a spec whose references lead to other addresses.
func Readdress(spec json.RawMessage, to func(addr.Addr) addr.Addr) json.RawMessage {
	return walkRefs(spec, func(ref Ref) Ref {
		if a, err := addr.Parse(ref.Addr); err == nil {
			ref.Addr = to(a).String()
		}
		return ref
	})
}
