package main

import (
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
)

func newRevert(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Revert}, question: "Revert?"}
	cmd := &cobra.Command{
		Use:   "revert [ADDRESS] [PATH]",
		Short: "Take a switchover back that is under way",
		Long: `Plans the way back of a switchover that is paused, or that an apply left unfinished,
shows the plan, asks, and carries it out: all traffic goes to the release before, which
never stopped, and the new one drains and is removed. The recipe's files stay as they
are, so the next apply tries again.

With --out the plan is saved instead, as by "recipe plan --out", and "recipe apply FILE"
carries just that one out.

With the address of a service or switchover only that one goes back. The recipe's
variables need no values, other than those that its name uses.

Exit codes: 0 reverted; 1 an error, also when no switchover is under way.`,
		Example: `  recipe revert
  recipe revert switchover.web ./shop --auto-approve`,
		Args: addressAndPath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			path := o.decideOn(args)
			return a.carryOut(cmd.Context(), path, o)
		},
	}
	o.register(cmd)
	o.saves(cmd)
	return cmd
}
