package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/resolve"
)

func newValidate(a *app) *cobra.Command {
	var variables variableOptions
	cmd := &cobra.Command{
		Use:   "validate [PATH]",
		Short: "Check a recipe without touching an engine",
		Long: `Checks the recipe of a directory or file: its syntax, the words it uses, its
references and types, and whatever can be known wrong without an engine. No
engine is asked and no secret fetched, and variables need no values.

All errors are reported in one run. Exit codes: 0 the recipe is valid; 1 it is not.`,
		Example: `  recipe validate
  recipe validate ./shop --var release=1.4.2`,
		Args: onePath,
		RunE: func(_ *cobra.Command, args []string) error {
			m, diags := a.load(pathOf(args), variables)
			if diags.HasErrors() {
				return failure{diags}
			}
			_, more := resolve.Check(m.decoded, m.inputs)
			if diags = append(diags, more...); diags.HasErrors() {
				return failure{diags}
			}
			a.show(diags)
			fmt.Fprintln(a.stdout, "The recipe is valid.")
			return nil
		},
	}
	variables.register(cmd)
	return cmd
}
