package target

import (
	"maps"
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
)

// link leads from an address to one that must be in a part with it.
type link struct {
	to  addr.Addr
	why string
}

// links are what resources need, and what belongs together besides.
func links(in Input) map[addr.Addr][]link {
	out := map[addr.Addr][]link{}
	for _, r := range in.Desired.Resources {
		for _, need := range r.Needs {
			out[r.Addr] = append(out[r.Addr], link{need, r.Addr.String() + " needs it"})
		}
	}
	for _, j := range in.Joins {
		out[j.Of] = append(out[j.Of], link{j.With, j.Why})
	}
	return out
}

// reversed leads from an address to those that cannot be in a part without it.
func reversed(links map[addr.Addr][]link) map[addr.Addr][]link {
	out := map[addr.Addr][]link{}
	for _, from := range slices.SortedFunc(maps.Keys(links), addr.Compare) {
		for _, l := range links[from] {
			out[l.to] = append(out[l.to], link{from, "it needs " + l.to.String() + ", or changes with it"})
		}
	}
	return out
}

// closure is what can be reached, by the shortest way first, and what of it was not there to begin with.
func closure(from map[addr.Addr]bool, links map[addr.Addr][]link) (map[addr.Addr]bool, []plan.Added) {
	in := maps.Clone(from)
	var added []plan.Added
	for queue := slices.SortedFunc(maps.Keys(from), addr.Compare); len(queue) > 0; {
		var next []addr.Addr
		for _, a := range queue {
			for _, l := range links[a] {
				if !in[l.to] {
					in[l.to] = true
					added = append(added, plan.Added{Addr: l.to, Why: l.why})
					next = append(next, l.to)
				}
			}
		}
		slices.SortFunc(next, addr.Compare)
		queue = next
	}
	slices.SortFunc(added, func(a, b plan.Added) int { return addr.Compare(a.Addr, b.Addr) })
	return in, added
}
