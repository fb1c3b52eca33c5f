package main

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/diag"
)

func newValidate(a *app) *cobra.Command {
	var variables variableOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "validate [PATH]",
		Short: "Check a recipe without touching an engine",
		Long: `Checks the recipe of a directory or file: its syntax, the words it uses, its
references and types, and whatever can be known wrong without an engine. No
engine is asked and no secret fetched, and variables need no values.

With --json the outcome is one object on standard output, its format documented
in spec/validate-json.md, whether the recipe is valid or not.

All errors are reported in one run. Exit codes: 0 the recipe is valid; 1 it is not.`,
		Example: `  recipe validate
  recipe validate ./shop --var release=1.4.2
  recipe validate --json | jq -r '.diagnostics[].summary'`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(_ *cobra.Command, args []string) error {
			diags := a.validate(pathOf(args), variables)
			switch {
			case asJSON:
				if err := diag.JSON(a.stdout, a.sources, diags); err != nil {
					return err
				}
				if diags.HasErrors() {
					return exit(exitError)
				}
				return nil
			case diags.HasErrors():
				return failure{diags}
			}
			a.show(diags)
			fmt.Fprintln(a.stdout, "The recipe is valid.")
			return nil
		},
	}
	variables.register(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the outcome as JSON")
	return cmd
}

// validate returns all that is to be said of a recipe.
func (a *app) validate(path string, variables variableOptions) hcl.Diagnostics {
	m, diags := a.load(path, variables)
	if diags.HasErrors() {
		return diags // what an evaluation finds is among them
	}
	_, more := resolve.Check(m.decoded, m.inputs)
	return append(diags, more...)
}
