package service

import (
	"maps"
	"regexp"
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
			for _, a := range namesRead(r.Sources[path].Expr) {
				if _, served := p.served[a]; served {
					p.out.Notes = append(p.out.Notes, plan.Note{Addr: r.Addr,
						Text: path + " reads " + a + ".name, but a service behind a port has no name on its networks; call it through its port"})
				}
			}
		}
	}
}

// A block's address in an expression, with that of the libraries around it.
var nameRead = regexp.MustCompile(`((?:use\.[\w-]+(?:\["[^"]*"\])?\.)*service\.[\w-]+(?:\["[^"]*"\])?)\.name\b`)

// namesRead are the services of which an expression reads the name, in order.
func namesRead(expr string) []string {
	var all []string
	for _, found := range nameRead.FindAllStringSubmatch(expr, -1) {
		all = append(all, found[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}
