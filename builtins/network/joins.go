package network

import (
	"encoding/json"
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

var _ kind.Joining = Kind{}

// Joins keeps a network that goes with the containers on it, since engines remove none before they are gone.
func (Kind) Joins(in kind.Input) []kind.Join {
	wanted, going := Wanted(in.Desired), map[addr.Addr]bool{}
	for _, o := range in.Observed.Objects {
		if o.Type == "network" && !slices.Contains(wanted, o.Addr) {
			going[o.Addr] = true
		}
	}
	var joins []kind.Join
	for _, o := range in.Observed.Objects {
		if o.Type != "container" || len(going) == 0 {
			continue
		}
		for _, a := range on(o) {
			if going[a] {
				joins = append(joins, kind.Join{Of: a, With: o.Addr, Why: "it is on " + a.String() + ", which goes"})
			}
		}
	}
	return joins
}

// on are the networks that a container was put on.
func on(o state.Object) []addr.Addr {
	var s struct {
		Networks []state.Ref `json:"networks"`
	}
	if json.Unmarshal(o.Spec, &s) != nil || len(s.Networks) == 0 {
		return []addr.Addr{Default}
	}
	var all []addr.Addr
	for _, ref := range s.Networks {
		if a, err := addr.Parse(ref.Addr); err == nil {
			all = append(all, a)
		}
	}
	return all
}
