package service

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// unanswered warns where a resource reads the name of a service that stands behind a port. Such a service has no
// name on its networks, which would answer for releases that are not checked yet or on their way out.
func unanswered(d *state.Desired) hcl.Diagnostics {
	var diags hcl.Diagnostics
	served := port.Served(d)
	for _, r := range d.Resources {
		paths := slices.Sorted(maps.Keys(r.Sources))
		for i, path := range paths {
			source := r.Sources[path]
			// An argument is told by the part of it that reads the name.
			if !strings.Contains(source.Expr, ".name") || slices.ContainsFunc(paths[i+1:], func(part string) bool {
				return strings.HasPrefix(part, path+".") && strings.Contains(r.Sources[part].Expr, ".name")
			}) {
				continue
			}
			for _, a := range namesRead(source.Expr) {
				if _, behind := served[a]; behind {
					diags = append(diags, diag.Warningf(diag.UnansweredName, &source.Range, "Nobody answers to this name",
						"%s of %s reads %s.name. A service behind a port has no name on its networks, since that would lead to releases that are not checked yet or on their way out. Call it through a port with internal = true: by port.NAME.address no call is lost while it switches.",
						path, r.Addr, a))
				}
			}
		}
	}
	return diags
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
