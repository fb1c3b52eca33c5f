package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/document"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/state"
)

func newPlan(a *app) *cobra.Command {
	o := planOptions{mode: kind.Apply}
	var destroy, detailed, rehearsal bool
	var out, about string
	cmd := &cobra.Command{
		Use:   "plan [PATH]",
		Short: "Show what an apply would do, and change nothing",
		Long: `Shows what an apply of the recipe would do: each resource that changes and why,
what exactly differs, the steps with what they wait for, and the way back. The
engine is only asked: nothing on it changes, and no image is built.

With --out the plan is saved too, to be shown again and to be carried out as it is.
No secret is in the file in any form; what else the recipe was evaluated with is.
Named *.recipe.plan it is no part of any build context.

With --explain all is told about one resource, all of a library, or one step: the way
back from each argument to the variable, file or block that changed, with old and new
values, what forces a replacement, and what waits for it.

With --rehearse the plan is played on a simulator, which begins with what stands on
the engine: the good path, and a failure, a hang and a crash of this program at each
step, each followed by the next apply. Requests that are lost are counted, and hours
take no time. A rehearsal that breaks a promise of this program is an error.
` + scopeHelp + `

With --json the plan is one object, which spec/plan.schema.json describes; with
--markdown a text for a pull request, at most as long as a comment may be.

Exit codes: 0 the plan was made; 1 an error. With --detailed-exitcode: 0 there is
nothing to do, or nothing but housekeeping: what stood by for as long as it was to be
kept ends; 1 an error; 2 there are changes.`,
		Example: `  recipe plan
  recipe plan ./shop --var release=1.4.2 --detailed-exitcode
  recipe plan --explain service.web
  recipe plan --out shop.recipe.plan
  recipe plan --rehearse --full
  recipe plan --target service.web --target use.cache
  recipe plan --json | jq .changes
  recipe plan --markdown | gh pr comment --body-file -`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.scope.check(cmd, map[string]bool{"--destroy": destroy, "--rehearse": rehearsal, "--upgrade": o.upgrade}); err != nil {
				return err
			}
			if o.mode = o.scope.mode(); destroy {
				o.mode = kind.Destroy
			} else if o.volumes {
				return usage{errors.New("--volumes is for plans with --destroy"), cmd.CommandPath()}
			}
			if out != "" {
				if err := replaceable(out); err != nil {
					return err
				}
			}
			p, reader, err := a.openPlanner(cmd.Context(), pathOf(args), o)
			if err != nil {
				return err
			}
			defer reader.Close()
			looking := &simulated.Looking{Reader: reader}
			made, err := p.make(cmd.Context(), looking)
			if err != nil {
				return err
			}
			made.Locked = locked(made.observed)
			a.show(p.warnings)
			if rehearsal {
				err = p.rehearsed(cmd.Context(), looking, made)
			} else if about != "" {
				err = p.explain(made.Plan, made.desired, about)
			} else {
				err = p.write(made.Plan)
			}
			if err != nil {
				return err
			}
			if made.Locked = nil; out != "" {
				if err := p.save(made, reader.Host(), out); err != nil {
					return err
				}
			}
			if detailed && (!made.Empty() && !made.Housekeeping() || made.refreshes()) {
				return exit(exitChanges)
			}
			return nil
		},
	}
	o.register(cmd)
	o.scope.register(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "write the plan as JSON")
	cmd.Flags().StringVar(&out, "out", "", "save the plan in this `FILE`, for \"recipe apply FILE\" and \"recipe show FILE\"")
	_ = cmd.MarkFlagFilename("out") // fails only for an option that is not there
	cmd.Flags().StringVar(&about, "explain", "", explainUsage)
	cmd.Flags().BoolVar(&destroy, "destroy", false, "plan what \"recipe destroy\" would do")
	cmd.Flags().BoolVar(&rehearsal, "rehearse", false, "play the plan on a simulator, with every accident that can happen")
	cmd.Flags().BoolVar(&o.volumes, "volumes", false, "with --destroy: plan to remove volumes too, with all data in them")
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "end with code 2 if there are changes")
	cmd.Flags().BoolVar(&o.markdown, "markdown", false, markdownUsage)
	cmd.MarkFlagsMutuallyExclusive("explain", "json", "markdown")
	cmd.MarkFlagsMutuallyExclusive("explain", "rehearse")
	cmd.MarkFlagsMutuallyExclusive("markdown", "rehearse")
	return cmd
}

// markdownUsage is the help on --markdown.
const markdownUsage = "write the plan for a comment on a pull request"

// write writes a plan in the form that was asked for.
func (p *planner) write(made *plan.Plan) error {
	switch {
	case p.options.json:
		return document.Write(p.stdout, made)
	case p.options.markdown:
		return render.Markdown(p.stdout, made, p.style())
	}
	return render.Text(p.stdout, made, p.style())
}

// locked is who changes the recipe's objects while a plan for them is made.
func locked(o *state.Observed) *plan.Locked {
	lock := world.Facts(o).Lock
	if lock == nil {
		return nil
	}
	return &plan.Locked{By: lock.By, Since: lock.Since}
}

func (p *planner) style() render.Options {
	return render.Options{Color: p.color(p.stdout), Width: width(p.stdout), Full: p.options.full}
}
