package state

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/deployrecipe/recipe/eval/addr"
)

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
		r.History[i].Refused = readdressed(r.History[i].Refused, to)
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
