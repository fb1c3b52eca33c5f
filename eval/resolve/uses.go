package resolve

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/addr"
)

// uses are the resources that an expression names, each with the first place that does, sorted by address. They are
// shared between nodes and never changed: a local value that only hands on another's costs nothing.
type uses []use

type use struct {
	addr addr.Addr
	rng  hcl.Range
}

// of are the uses of one address.
func (u uses) of(a addr.Addr) uses {
	i, found := slices.BinarySearchFunc(u, a, func(u use, a addr.Addr) int { return addr.Compare(u.addr, a) })
	if !found {
		return nil
	}
	return u[i : i+1]
}

// with merges two sorted lists.
func (u uses) with(more uses) uses {
	switch {
	case len(more) == 0 || len(u) == len(more) && &u[0] == &more[0]:
		return u
	case len(u) == 0:
		return more
	}
	out := make(uses, 0, len(u)+len(more))
	for len(u) > 0 && len(more) > 0 {
		switch c := addr.Compare(u[0].addr, more[0].addr); {
		case c < 0:
			out, u = append(out, u[0]), u[1:]
		case c > 0:
			out, more = append(out, more[0]), more[1:]
		default:
			out, u, more = append(out, u[0]), u[1:], more[1:]
		}
	}
	return append(append(out, u...), more...)
}

// gathering are lists of uses that are merged when somebody asks: taken in one by one, each would copy all before it.
type gathering []uses

func (g *gathering) add(more uses) {
	if len(more) > 0 {
		*g = append(*g, more)
	}
}

// all are the uses, sorted, each address once, with the range that named it first. Neighbours are merged, so that each
// use is copied as often as the lists can be halved.
func (g *gathering) all() uses {
	for len(*g) > 1 {
		halved := (*g)[:0]
		for pair := range slices.Chunk(*g, 2) {
			one := pair[0]
			if len(pair) > 1 {
				one = one.with(pair[1])
			}
			halved = append(halved, one)
		}
		*g = halved
	}
	if len(*g) == 0 {
		return nil
	}
	return (*g)[0]
}

// ordering says which kinds take part in the order of things: whether what refers to a block of the kind waits
// for it, and whether the block waits for what it refers to itself.
//
// Reading a port orders nothing: its number is known before it listens, and the service that reads it may be the
// very one that stands behind it. Secrets and proxies are there before anything of the recipe is. A switchover is
// how others change, and waits for nothing itself. For every kind, depends_on says otherwise.
func ordering(kind string) (awaited, waits bool) {
	switch kind {
	case "port", "secret", "proxy":
		return false, true
	case "switchover":
		return false, false
	}
	return true, true
}

// needs are the uses that a resource waits for, besides itself.
func (u uses) needs(self addr.Addr) uses {
	var out uses
	if _, waits := ordering(self.Kind); !waits {
		return nil
	}
	for _, use := range u {
		if awaited, _ := ordering(use.addr.Kind); awaited && use.addr != self {
			out = append(out, use)
		}
	}
	return out
}
