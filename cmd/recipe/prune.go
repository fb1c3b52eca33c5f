package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/volume"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/diag"
)

func newPrune(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Apply, prune: true}, question: "Remove all of this?"}
	cmd := &cobra.Command{
		Use:   "prune [PATH]",
		Short: "Clear away what earlier releases left",
		Long: `Plans the removal of what earlier releases of the recipe left and nothing needs: stopped
containers of more releases than "retain" says, containers that an apply left that did not
come to its end, and a release that stood by for as long as it was to be kept. It shows
the plan, asks, and carries it out.

With --images the images go, too, that the recipe built and of which no container is left,
other than those that it would build now. One that has further names is kept. With
--volumes the volumes go that no block declares any more, with all data in them, other
than protected ones and those of a release that is kept. Nothing goes that is not this
recipe's: neither images that were pulled, nor the engine's build cache.

It does that alone: where the recipe has changed since it was applied, apply it first.

Exit codes: 0 cleared away, or there was nothing; 1 an error.`,
		Example: `  recipe prune
  recipe prune ./shop --images --volumes`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			o.command = "prune"
			if o.images {
				o.command += " --images"
			}
			if o.volumes {
				o.command += " --volumes"
			}
			return a.carryOut(cmd.Context(), pathOf(args), o)
		},
	}
	o.register(cmd)
	cmd.Flags().BoolVar(&o.images, "images", false, "remove images of earlier releases, too")
	cmd.Flags().BoolVar(&o.volumes, "volumes", false, "remove volumes that no block declares, too, with all data in them")
	return cmd
}

// leftovers are the kinds with those that look, when all others have decided, for what nothing needs.
func (p *planner) leftovers(kinds []kind.Kind) []kind.Kind {
	kinds = slices.Clone(kinds)
	if p.options.volumes {
		kinds = append(kinds, volume.Leftovers{})
	}
	if p.options.images {
		kinds = append(kinds, image.Leftovers{Kind: new(image.Kind)})
	}
	return kinds
}

// clears refuses a plan that does more than clear away: the recipe has changed since it was applied, or something is not
// as it was left.
func (p *planner) clears(made *plan.Plan) error {
	var more []string
	for i := range made.Steps {
		if s := &made.Steps[i]; !slices.Contains([]plan.Op{container.OpStop, container.OpRemove, edge.OpDrain, image.OpRemove, volume.OpRemove}, s.Op) {
			more = append(more, "  "+s.Title)
		}
	}
	for _, c := range made.Changes {
		if c.Action == plan.Delete && c.Addr.Kind != "volume" && c.Addr.Kind != "image" {
			more = append(more, "  remove "+c.Addr.String())
		}
	}
	if len(more) == 0 {
		return nil
	}
	const most = 10
	if n := len(more) - most; n > 0 {
		more = append(more[:most], "  and more")
	}
	return fail(diag.Errorf("", nil, "There is more to do",
		"A prune clears away what is left of earlier releases, and nothing else. An apply would, since the recipe changed or something is not as it was left:\n%s\nApply it first.",
		strings.Join(more, "\n")))
}
