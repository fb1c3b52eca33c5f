package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
)

func newPromote(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Promote}, question: "Promote?"}
	var again bool
	cmd := &cobra.Command{
		Use:   "promote [ADDRESS] [PATH]",
		Short: "Let a paused switchover go on",
		Long: `Plans the rest of a switchover that is paused, shows the plan, asks, and carries it
out. A switchover pauses after a stage with a gate "manual", and where it has
on_failure = "pause" when something fails: both releases run, each with its share of
the traffic, until somebody promotes or reverts it. "recipe status" shows it.

The new release is found fit once more, and then goes on with the next stage, as the
recipe has it now; after a failure too, unless --again has the stage held and judged
once more. It is the release that waits that goes on, also where the recipe wants
another one by now: that is for the next apply.

With --out the plan is saved instead, as by "recipe plan --out", and "recipe apply FILE"
carries just that one out.

With the address of a service or switchover only that one goes on.

Exit codes: 0 promoted, or paused at the next stage that asks for it; 1 an error, also
when nothing is paused.`,
		Example: `  recipe promote
  recipe promote switchover.web ./shop --auto-approve
  recipe promote --again`,
		Args: addressAndPath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			if again {
				o.mode = kind.Repeat
			}
			path := o.decideOn(args)
			return a.carryOut(cmd.Context(), path, o)
		},
	}
	o.register(cmd)
	o.saves(cmd)
	cmd.Flags().BoolVar(&again, "again", false, "hold and judge the stage that it is at once more, instead of going on with the next")
	return cmd
}

// decideOn takes the address of what is to be decided on and the path from a command's arguments.
func (o *applyOptions) decideOn(args []string) (path string) {
	path = "."
	for _, arg := range args {
		if isAddress(arg) {
			o.scope.Targets = append(o.scope.Targets, arg)
		} else {
			path = arg
		}
	}
	return path
}

// isAddress tells an address of something that switches from a path.
func isAddress(arg string) bool {
	if _, err := os.Stat(arg); err == nil {
		return false
	}
	from, err := addr.Parse(arg)
	return err == nil && (from.Kind == "service" || from.Kind == "switchover") && !strings.ContainsAny(arg, "/\\")
}

// addressAndPath takes at most one address and one path.
func addressAndPath(cmd *cobra.Command, args []string) error {
	addresses := 0
	for _, arg := range args {
		if isAddress(arg) {
			addresses++
		}
	}
	if addresses > 1 || len(args)-addresses > 1 {
		return usage{errTooMany(args[len(args)-1]), cmd.CommandPath()}
	}
	return nil
}
