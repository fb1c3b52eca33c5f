package main

import (
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
)

func newApply(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Apply}, question: "Apply this plan?"}
	cmd := &cobra.Command{
		Use:   "apply [PATH]",
		Short: "Bring the engine to what the recipe says",
		Long: `Plans, shows the plan, asks, and carries it out: images are built first, new
releases start beside the old ones, pass their checks and take over the traffic,
and the old ones drain and stop. Where a step fails, what belongs to it is taken
back, and the old release goes on serving. With nothing to do, nothing is locked
or written.

Ctrl-C finishes the steps in hand and goes back; a second one stops at once.

With --json the output is one object a line: one of type "plan" with the plan, then
what happens (step_started, step_progress, step_done, step_failed, step_skipped,
reverting), and last one of type "result".

Exit codes: 0 applied, or nothing to do; 1 an error, also when all was taken back.`,
		Example: `  recipe apply
  recipe apply ./shop --var release=1.4.2 --auto-approve
  recipe apply --auto-approve --lock-timeout 5m --json`,
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
