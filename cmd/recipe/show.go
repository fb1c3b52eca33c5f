package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/render"
)

func newShow(a *app) *cobra.Command {
	var o planOptions
	var about string
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "Show a saved plan",
		Long: `Shows a plan that "recipe plan --out FILE" saved, as it was shown when it was made.
No engine is asked, so it shows what was planned, not whether it still can be
carried out: "recipe apply FILE" sees to that. When it was made, by whom and for
which engine is told on standard error.

The file's form is documented in spec/plan-file.md.

Exit codes: 0 shown; 1 the file is not a saved plan, or damaged.`,
		Example: `  recipe show shop.recipe.plan
  recipe show shop.recipe.plan --full
  recipe show shop.recipe.plan --explain service.web
  recipe show shop.recipe.plan --json | jq .changes`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage{fmt.Errorf("the file of a saved plan is missing"), cmd.CommandPath()}
			}
			return onePath(cmd, args)
		},
		ValidArgsFunction: completeFile,
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := readPlan(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "Plan of %s, made by %s on %s for the engine at %s.\n", render.Clean(f.Recipe.Name),
				render.Clean(f.By), event.Moment(f.Made), render.Clean(f.Engine.Address))
			o.mode = f.Mode
			p := &planner{app: a, options: o}
			if about != "" {
				return p.explainSaved(f, about)
			}
			return p.write(f.Plan)
		},
	}
	cmd.Flags().BoolVar(&o.full, "full", false, "show everything: whole texts, all limits, each step of the way back")
	cmd.Flags().BoolVar(&o.json, "json", false, "write the plan as JSON")
	cmd.Flags().StringVar(&about, "explain", "", explainUsage)
	cmd.Flags().BoolVar(&o.markdown, "markdown", false, markdownUsage)
	cmd.MarkFlagsMutuallyExclusive("explain", "json", "markdown")
	return cmd
}
