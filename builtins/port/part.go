package port

import (
	"encoding/json"
	"slices"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
)

// Kept are the ports on the edge that the plan is not about: they stay as they stand.
func Kept(in kind.Input) []proxy.Port {
	site := world.Facts(in.Observed).Site(in.Desired.Recipe.Name)
	if site == nil {
		return nil
	}
	taken := map[int]bool{}
	for _, want := range Site(in.Desired, in.All(), in.Observed) {
		taken[want.Listen] = true
	}
	names := Known(in)
	return slices.DeleteFunc(slices.Clone(site.Ports), func(p proxy.Port) bool {
		return taken[p.Listen] || in.Has(names.Addr(p.Name))
	})
}

var _ kind.Joining = Kind{}

// Joins keeps a port with what describes the edge that it is on, and with the one that has its number now.
func (Kind) Joins(in kind.Input) []kind.Join {
	has := map[int]addr.Addr{}
	if site := world.Facts(in.Observed).Site(in.Desired.Recipe.Name); site != nil {
		names := Known(in)
		for _, p := range site.Ports {
			has[p.Listen] = names.Addr(p.Name)
		}
	}
	var joins []kind.Join
	for _, r := range in.Desired.Resources {
		var s Spec
		if r.Addr.Kind != "port" || json.Unmarshal(r.Spec, &s) != nil {
			continue
		}
		if other, taken := has[s.Listen]; taken && other != r.Addr {
			joins = append(joins, kind.Join{Of: r.Addr, With: other, Why: "it has the number that " + r.Addr.String() + " gets"})
		}
		for _, p := range in.Desired.Resources {
			if p.Addr.Kind == "proxy" {
				joins = append(joins, kind.Join{Of: r.Addr, With: p.Addr, Why: "the edge is made as it says"})
			}
		}
	}
	return joins
}
