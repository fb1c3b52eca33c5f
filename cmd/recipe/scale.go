package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

func newScale(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Apply}, question: "Scale?"}
	cmd := &cobra.Command{
		Use:   "scale SERVICE=NUMBER... [PATH]",
		Short: "Run more or fewer containers, until the next apply",
		Long: `Plans another number of containers for the named services, shows the plan, asks, and
carries it out: new ones get traffic once they pass their checks, and those that go
drain first. It lasts until the next apply, which goes back to what the recipe says: to
keep it, change "count" there.

The plan is of that one change. Where the recipe has changed since it was applied, apply
it instead. Services are named as for "recipe restart"; all instances of a block with
for_each get the same number.

Exit codes: 0 scaled, or there were as many already; 1 an error, also when all was taken
back.`,
		Example: `  recipe scale web=4
  recipe scale web=4 api=2 --auto-approve
  recipe scale 'service.web["eu"]=3' ./shop`,
		Args: someArgument("SERVICE=NUMBER"), ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			services, path, err := o.ofServices(cmd, args)
			if err != nil {
				return err
			}
			o.counts = map[string]int{}
			for _, arg := range services {
				name, count, err := scaled(arg)
				if err != nil {
					return usage{err, cmd.CommandPath()}
				}
				o.counts[name] = count
				o.scope.Targets = append(o.scope.Targets, name)
			}
			o.alone = "count"
			return a.carryOut(cmd.Context(), path, o)
		},
	}
	o.register(cmd)
	return cmd
}

// mostReplicas is how many the schema allows.
const mostReplicas = 1000

// scaled reads SERVICE=NUMBER.
func scaled(arg string) (name string, count int, err error) {
	at := strings.LastIndexByte(arg, '=') // a key may have one, too
	if at < 0 {
		return "", 0, fmt.Errorf("%q does not say how many: write SERVICE=NUMBER", strings.TrimPrefix(arg, "service."))
	}
	count, err = strconv.Atoi(arg[at+1:])
	if err != nil || count < 0 || count > mostReplicas {
		return "", 0, fmt.Errorf("%q is no number from 0 to %d", arg[at+1:], mostReplicas)
	}
	return arg[:at], count, nil
}

// scale gives services other counts than the recipe does.
func (p *planner) scale(d *state.Desired) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range d.Resources {
		count, ok := p.options.counts[r.Addr.String()]
		if !ok {
			count, ok = p.options.counts[r.Addr.Block().String()]
		}
		if !ok {
			continue
		}
		var spec map[string]json.RawMessage
		if err := json.Unmarshal(r.Spec, &spec); err != nil || r.Addr.Kind != "service" {
			diags = append(diags, diag.Errorf(diag.InvalidValue, &r.Range, "No service", "%s has no number of containers: services have.", r.Addr))
			continue
		}
		spec["count"] = plan.Raw(count)
		r.Spec = plan.Raw(spec)
		if source, ok := r.Sources["count"]; ok {
			r.Sources["count"] = state.Source{Range: source.Range} // no variable leads to it
		}
		diags = append(diags, p.module.inputs.Kinds[r.Addr.Kind].Validate(r, d)...)
	}
	return diags
}
