package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/document"
	"github.com/deployrecipe/recipe/eval/render"
)

func newShow(a *app) *cobra.Command {
	var full, asJSON bool
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
				render.Clean(f.By), f.Made.Local().Format("2006-01-02 15:04:05"), render.Clean(f.Engine.Address))
			p := &planner{app: a, options: planOptions{full: full, json: asJSON, mode: f.Mode}}
			if about != "" {
				return p.explain(f.Plan, nil, about)
			}
			if asJSON {
				return document.Write(a.stdout, f.Plan)
			}
			return render.Text(a.stdout, f.Plan, p.style())
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "show everything: whole texts, all limits, each step of the way back")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the plan as JSON")
	cmd.Flags().StringVar(&about, "explain", "", explainUsage)
	cmd.MarkFlagsMutuallyExclusive("explain", "json")
	return cmd
}
