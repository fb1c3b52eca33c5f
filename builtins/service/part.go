package service

import (
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// keep adds to the ports that lead to services those on the edge that the plan is not about.
func (p *planner) keep(kept []proxy.Port) {
	if len(kept) == 0 {
		return
	}
	p.wanted = proxy.Site{Ports: slices.Concat(p.wanted, kept)}.Normal().Ports
	by := map[string]*state.Resource{}
	for _, r := range p.in.Resources {
		by[p.onEdge(r.Addr)] = r
	}
	for _, door := range kept {
		for _, route := range door.Routes {
			dot := strings.LastIndexByte(route.Service, '.')
			if dot < 0 || by[route.Service[:dot]] == nil {
				continue
			}
			a := by[route.Service[:dot]].Addr.String()
			if p.served[a] == nil {
				p.served[a] = map[string]proxy.Mode{}
			}
			if _, led := p.served[a][route.Service[dot+1:]]; !led {
				p.served[a][route.Service[dot+1:]] = door.Mode
			}
		}
	}
}

// idle tells whether a plan of a part of the recipe is about nothing that services or the edge are made of.
func idle(in kind.Input) bool {
	if in.Desired == in.All() || len(in.Resources)+len(in.Orphans) > 0 {
		return false
	}
	if slices.ContainsFunc(in.Desired.Resources, func(r *state.Resource) bool { return r.Addr.Kind == "port" }) {
		return false
	}
	site := world.Facts(in.Observed).Site(in.Desired.Recipe.Name)
	if site == nil {
		return true
	}
	names := port.Known(in)
	return !slices.ContainsFunc(site.Ports, func(p proxy.Port) bool { return in.Has(names.Addr(p.Name)) })
}
