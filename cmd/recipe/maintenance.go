package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
)

func newMaintenance(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Maintain}, question: "Do this?"}
	cmd := &cobra.Command{
		Use:   "maintenance on|off [PATH]",
		Short: "Put the maintenance page up, or take it down",
		Long: `Has all ports of a recipe answer 503 with the page of its maintenance block, or has
them lead to its services again. It shows what it will do, asks, and does it. The
page is what the last apply brought to the edge; that it is up is kept there, so
that it stays through applies, reloads and restarts of the edge until it is taken
down. Clients from the networks of "except" are served all the same, and ports in
tcp mode close their connections.

Exit codes: 0 done, or it was so already; 1 an error.`,
		Example: `  recipe maintenance on
  recipe maintenance off ./shop --auto-approve`,
		ValidArgs: []string{"on", "off"},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] != "on" && args[0] != "off" {
				return usage{fmt.Errorf("say whether the page shall be on or off"), cmd.CommandPath()}
			}
			return onePath(cmd, args[1:])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			o.maintenance = args[0] == "on"
			return a.carryOut(cmd.Context(), pathOf(args[1:]), o)
		},
	}
	o.register(cmd)
	return cmd
}

// maintained is how such an operation ended, for the history.
func maintained(on bool) string {
	if on {
		return "maintenance on"
	}
	return "maintenance off"
}
