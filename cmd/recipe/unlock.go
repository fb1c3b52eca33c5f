package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/helper"
)

func newUnlock(a *app) *cobra.Command {
	var o planOptions
	var force bool
	cmd := &cobra.Command{
		Use:   "unlock [PATH]",
		Short: "Take a recipe's lock away from whoever holds it",
		Long: `A recipe is changed by one at a time. The lock ends with whoever holds it, within
seconds, also after kill -9 or when the machine has vanished; so whoever still holds it
is at work, and waiting (--lock-timeout) is what helps.

With --force the lock is taken away all the same. Its holder finds out before the next
step, stops there and takes nothing back; the next apply sees where things stand. Nothing
else is changed. Of the recipe only its name is read.

Exit codes: 0 nobody holds the lock now; 1 somebody does, or an error.`,
		Example: `  recipe unlock
  recipe unlock --force ./shop`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, reader, err := a.openPlanner(cmd.Context(), pathOf(args), o)
			if err != nil {
				return err
			}
			defer reader.Close()
			held, err := helper.Holder(cmd.Context(), reader, p.head.Name)
			if err != nil {
				return err
			}
			if held != nil && !force {
				return fmt.Errorf("%w, or take it away with --force", held)
			}
			if held != nil {
				held, err = helper.Unlock(cmd.Context(), &docker.Engine{Reader: reader}, p.head.Name)
			}
			switch {
			case err != nil:
				return err
			case held == nil:
				fmt.Fprintf(a.stdout, "Nobody holds the lock of %s.\n", p.head.Name)
			default:
				fmt.Fprintf(a.stdout, "The lock of %s was taken from %s, who stops before the next step. The next apply goes on from there.\n",
					p.head.Name, cmp.Or(held.By, "someone"))
			}
			return nil
		},
	}
	o.target.register(cmd)
	o.variables.register(cmd)
	cmd.Flags().BoolVar(&force, "force", false, "take the lock away from somebody who is at work")
	return cmd
}
