package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
)

func newApply(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Apply}, question: "Apply this plan?"}
	cmd := &cobra.Command{
		Use:   "apply [PATH | PLANFILE]",
		Short: "Bring the engine to what the recipe says",
		Long: `Plans, shows the plan, asks, and carries it out: images are built first, new
releases start beside the old ones, pass their checks and take over the traffic,
and the old ones drain and stop. Where a step fails, what belongs to it is taken
back, and the old release goes on serving. With nothing to do, nothing is locked
or written.

A plan that "recipe plan --out FILE" saved is carried out by "recipe apply FILE",
just that one and without asking. It is made again from the recipe and the values
that the file holds, for the engine as it then is, and refused where that gives
another plan: the message says what moved. Secrets are not in the file and are
fetched again; sensitive variables are given again, as when it was planned. Build
contexts are read from the recipe's directory, where the command is run as the
plan was made. A plan can be carried out once.

` + strings.TrimPrefix(scopeHelp, "\n") + `

A release that was found unfit and taken back is known by its digest: where nothing of it
has changed, the plan says when it was taken back and why, and without anybody to ask,
with --auto-approve, it needs --retry.

Ctrl-C finishes the steps in hand and goes back; a second one stops at once.

With --json the output is one object a line: one of type "plan" with the plan, then
what happens (step_started, step_progress, step_done, step_failed, step_skipped,
reverting), and last one of type "result".

Exit codes: 0 applied, or nothing to do; 1 an error, also when all was taken back.`,
		Example: `  recipe apply
  recipe apply ./shop --var release=1.4.2 --auto-approve
  recipe plan --out shop.recipe.plan && recipe apply shop.recipe.plan
  recipe apply --replace service.web
  recipe apply --auto-approve --lock-timeout 5m --json`,
		Args: onePath, ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			saved := isPlan(pathOf(args))
			if saved {
				o.autoApprove = true
				if err := heldOptions(cmd); err != nil {
					return err
				}
			}
			if err := errors.Join(o.check(cmd), o.scope.check(cmd, map[string]bool{"--upgrade": o.upgrade})); err != nil {
				return err
			}
			o.mode = o.scope.mode()
			if saved {
				return a.carrySaved(cmd.Context(), pathOf(args), o)
			}
			return a.carryOut(cmd.Context(), pathOf(args), o)
		},
	}
	o.register(cmd)
	o.scope.register(cmd)
	cmd.Flags().BoolVar(&o.retry, "retry", false, "with --auto-approve: try a release once more that was taken back")
	return cmd
}
