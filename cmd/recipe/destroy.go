package main

import (
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
)

func newDestroy(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Destroy}, question: "Destroy all of this?"}
	cmd := &cobra.Command{
		Use:   "destroy [PATH]",
		Short: "Remove everything that the recipe made",
		Long: `Plans the removal of all that the recipe made on the engine, shows the plan, asks,
and carries it out. Volumes stay, unless --volumes is given; protected ones stay
even then. The edge stays while another recipe uses it. Only the recipe's name is
read: its variables need no values, other than those that the name uses.

Exit codes: 0 destroyed, or nothing was there; 1 an error.`,
		Example: `  recipe destroy
  recipe destroy ./shop --volumes --auto-approve`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.carryOut(cmd.Context(), pathOf(args), o)
		},
	}
	o.register(cmd)
	cmd.Flags().BoolVar(&o.volumes, "volumes", false, "remove volumes too, with all data in them")
	return cmd
}
