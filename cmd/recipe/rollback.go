package main

import (
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
)

func newRollback(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Rollback}, question: "Roll back?"}
	cmd := &cobra.Command{
		Use:   "rollback [PATH]",
		Short: "Go back to the release before",
		Long: `Plans the way back to the release that served before the present one, from the
stopped containers that were kept of it, shows the plan, asks, and carries it out:
the earlier release starts, passes its checks and takes over the traffic as any
new one does. The recipe's files stay as they are, so the next apply goes forward
again.

Exit codes: 0 rolled back; 1 an error, also when there is nothing to go back to.`,
		Example: `  recipe rollback
  recipe rollback ./shop --auto-approve`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.carryOut(cmd.Context(), pathOf(args), o)
		},
	}
	o.register(cmd)
	return cmd
}
