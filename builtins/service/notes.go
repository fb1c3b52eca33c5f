package service

import (
	"maps"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
)

// names notes where a resource reads the name of a service that stands behind a port. Such a service has no
// name on its networks, which would answer for releases that are not checked yet or on their way out.
func (p *planner) names() {
	for _, r := range p.in.Desired.Resources {
		for _, path := range slices.Sorted(maps.Keys(r.Sources)) {
			if !strings.Contains(r.Sources[path].Expr, ".name") {
				continue
			}
			for _, a := range slices.Sorted(maps.Keys(p.served)) {
				if strings.Contains(r.Sources[path].Expr, a+".name") {
					p.out.Notes = append(p.out.Notes, plan.Note{Addr: r.Addr,
						Text: path + " reads " + a + ".name, but a service behind a port has no name on its networks; call it through its port"})
				}
			}
		}
	}
}
