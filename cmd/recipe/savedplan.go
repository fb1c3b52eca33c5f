package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// A saved plan is another source of a recipe and its inputs, with a plan that is expected. So it is planned once more,
// by the planner and under the lock that an apply of a directory has, and what comes out is held against it.

// savedPlanner makes a planner for a saved plan, in place of newPlanner.
func (a *app) savedPlanner(f *saved.File, o planOptions) (*planner, error) {
	if f.Tool != versionText() {
		return nil, failf("The plan is of another version", "Version %s of recipe made it, and this is %s, which may plan otherwise. Use that version, or plan again.", f.Tool, versionText())
	}
	o.mode, o.upgrade, o.adopt, o.volumes = f.Mode, f.Options.Upgrade, f.Options.Adopt, f.Options.Volumes
	o.scope = scopeOptions{Options: f.Options.Scope, refresh: f.Mode == kind.Refresh}
	again := o.variables
	o.variables = variableOptions{allow: f.Options.AllowFiles}
	settings := builtins.Settings{Edge: f.Edge.Name, EdgeImage: f.Edge.Image}
	m, diags := a.loadFrom(source{path: f.Module.Path, fs: saved.Sources(f.Module.Files), reads: f.Module.Reads, settings: settings, allow: o.variables,
		values: func(*syntax.Files) ([]resolve.VarValue, hcl.Diagnostics) { return a.valuesAgain(f, again) }})
	if diags.HasErrors() {
		return nil, failure{diags}
	}
	from, _ := origin(m.inputs.Dir)
	if from != f.Recipe.Origin {
		return nil, failf("The plan is of another recipe", "It was made for the recipe at %s, and %s is %s. Run the command where the recipe is, as when it was planned.", f.Recipe.Origin, m.inputs.Dir, from)
	}
	m.inputs.Origin, m.inputs.Revision = f.Recipe.Origin, f.Recipe.Revision
	head, more := resolve.Head(m.decoded, m.inputs)
	if more.HasErrors() {
		return nil, failure{more}
	}
	settings.Upgrade = o.upgrade
	return &planner{app: a, options: o, module: m, settings: settings, head: head, saved: f, now: f.Made}, nil
}

// valuesAgain are the values that a plan holds, and for sensitive variables those that are given now.
func (a *app) valuesAgain(f *saved.File, o variableOptions) ([]resolve.VarValue, hcl.Diagnostics) {
	var values []resolve.VarValue
	var diags hcl.Diagnostics
	for _, v := range f.Module.Variables {
		if v.Sensitive {
			continue
		}
		value, err := v.Given()
		if err != nil {
			diags = append(diags, diag.Errorf("", nil, "The plan file contradicts itself", "%s.", capital(err.Error())))
			continue
		}
		values = append(values, value)
	}
	sensitive := f.Module.Sensitive()
	beside := &syntax.Files{}
	if len(sensitive) > 0 {
		beside, _ = syntax.Load(osFS{}, f.Module.Path) // for the values beside it; its text is the plan's
	}
	now, more := a.values(&syntax.Files{Vars: beside.Vars}, o)
	for _, v := range now {
		switch {
		case slices.Contains(sensitive, v.Name):
			values = append(values, v)
		case strings.HasPrefix(v.Source, "--var"):
			diags = append(diags, diag.Errorf(diag.InvalidVariable, v.Range, "Value in a saved plan",
				"The plan holds the values of its variables, and %q (%s) cannot be given another. Plan again, with it.", v.Name, v.Source))
		}
	}
	return values, append(diags, more...)
}

// fits refuses an engine that the plan was not made for.
func (p *planner) fits(ctx context.Context, r *docker.Reader) error {
	info, err := r.Info(ctx)
	if err != nil {
		return err
	}
	if info.ID != p.saved.Engine.ID {
		return failf("The plan is for another engine", "It was made for the one at %s (%s), and this is the one at %s (%s). Name that engine with --host or --context, or plan again for this one.",
			p.saved.Engine.Address, p.saved.Engine.ID, r.Host(), info.ID)
	}
	return nil
}

// stale says why a saved plan is not to be carried out: it was before, or what is there now gives another plan.
func (p *planner) stale(made *planned) error {
	for _, e := range made.recorded.History {
		if e.Saved == p.saved.Checksum {
			return failf("The plan was carried out already", "It was on %s, by %s, and its result was: %s. A plan can be carried out once. Plan again.", event.MomentOf(e.Time), e.By, e.Result)
		}
	}
	if plan.Digest(made.Plan) == p.saved.PlanDigest {
		return nil
	}
	lines := slices.Concat(saved.Wants(p.saved.Desired, wants(made)), saved.Moved(p.saved.Observed, world.Seen(made.observed, made.recorded, p.head.Name)))
	why := "  " + strings.Join(lines, "\n  ")
	if strings.Contains(why, filepath.Base(p.file)+" is new") {
		why += "\nThe plan's own file is in that build context: name it *.recipe.plan, or name it in .dockerignore."
	}
	if len(lines) == 0 {
		why = difference(&planned{Plan: p.saved.Plan}, made)
	}
	if made.nothing(p.options.mode) {
		why += "\nThere is nothing left to do: the plan was carried out already, or somebody did the same otherwise."
	}
	return failf("The world moved", "Since the plan was made, on %s, something changed, so that another one would be made now:\n%s\nNothing was changed. Plan again.",
		event.Moment(p.saved.Made), why)
}

// heldOptions refuses the options that a saved plan answers itself.
func heldOptions(cmd *cobra.Command) error {
	for _, name := range []string{"upgrade", "adopt", "allow-files", "target", "exclude", "replace", "refresh-only"} {
		if cmd.Flags().Changed(name) {
			return usage{fmt.Errorf("--%s belongs to planning: a saved plan holds whether it was given", name), cmd.CommandPath()}
		}
	}
	return nil
}
