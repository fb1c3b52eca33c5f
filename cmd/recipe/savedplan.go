package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// A saved plan is another source of a recipe and its inputs, with a plan that is expected. So it is planned once more,
// by the planner and under the lock that an apply of a directory has, and what comes out is held against it.

// save writes a plan with all that it takes to make it again.
func (p *planner) save(made *planned, host, name string) error {
	if err := copied(made); err != nil {
		return err
	}
	o := p.options
	f := &saved.File{
		Tool: versionText(), Made: time.Now().UTC().Truncate(time.Second), By: who(), Mode: o.mode,
		Options: saved.Options{Upgrade: o.upgrade, Adopt: o.adopt, Volumes: o.volumes, AllowFiles: o.variables.allow},
		Recipe:  made.Recipe, Engine: saved.Engine{ID: made.Engine, Address: host},
		Edge:    saved.Edge{Name: p.settings.Edge, Image: p.settings.EdgeImage},
		Desired: wants(made), Observed: world.Seen(made.observed, made.recorded, p.head.Name),
		PlanDigest: plan.Digest(made.Plan), Plan: made.Plan,
	}
	for _, r := range made.desired.Resources {
		for _, value := range r.Secrets {
			p.module.reads.Secret(value)
		}
	}
	variables, err := p.module.given()
	if err != nil {
		return err
	}
	f.Module = saved.Module{Path: p.module.path, Dir: p.module.inputs.Dir, Files: p.module.texts(), Variables: variables, Reads: p.module.reads.Plain()}
	f.Module.Digest = saved.DigestFiles(f.Module.Files)
	if err := writePlan(name, f); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "The plan is saved. To carry out just this one: recipe apply %s\n", name)
	return nil
}

// texts are the recipe's sources and those of its libraries, by name, without values for variables.
func (m *module) texts() map[string]string {
	texts := map[string]string{}
	var add func(*decode.Module)
	add = func(d *decode.Module) {
		if d.Std {
			return
		}
		for name, file := range d.Files {
			if !syntax.IsVars(name) {
				texts[name] = string(file.Bytes)
			}
		}
		for _, lib := range d.Uses {
			add(lib)
		}
	}
	add(m.decoded)
	return texts
}

// given are the values that were given for the recipe's variables: of several the one that counts.
func (m *module) given() ([]saved.Variable, error) {
	secret, last := m.variables(), map[string]saved.Variable{}
	for _, v := range m.inputs.Vars {
		sensitive, declared := secret[v.Name]
		if !declared {
			continue
		}
		given, err := saved.Give(v, sensitive)
		if err != nil {
			return nil, err
		}
		last[v.Name] = given
	}
	var all []saved.Variable
	for _, name := range slices.Sorted(maps.Keys(last)) {
		all = append(all, last[name])
	}
	return all, nil
}

// variables are those that the recipe declares, by name, each with whether it is sensitive.
func (m *module) variables() map[string]bool {
	declared := map[string]bool{}
	for _, b := range m.decoded.Blocks {
		if b.Type != "variable" {
			continue
		}
		declared[b.Label] = false
		if a := b.Args["sensitive"]; a != nil {
			v, diags := a.Expr.Value(nil)
			declared[b.Label] = diags.HasErrors() || v.Type() == cty.Bool && !v.IsNull() && v.True()
		}
	}
	return declared
}

// wants are the resources of a plan, with what image builds may copy.
func wants(made *planned) []saved.Wanted {
	contents := image.FactsOf(made.observed).Contents
	var all []saved.Wanted
	for _, r := range made.desired.Resources {
		all = append(all, saved.Want(r, contents[r.Addr].Manifest))
	}
	return all
}

// copied refuses to save a plan of an image that copies a file with a secret in it: the plan holds digests of what
// images copy. And the secret would be in the image.
func copied(made *planned) error {
	secrets, contents := secretFiles(made.desired), image.FactsOf(made.observed).Contents
	for _, r := range made.desired.Resources {
		var of struct {
			Context string `json:"context"`
		}
		_ = json.Unmarshal(r.Spec, &of) // one that has none is the recipe's directory
		for _, name := range slices.Sorted(maps.Keys(secrets)) {
			below, err := filepath.Rel(filepath.Join(made.desired.Recipe.Dir, of.Context), name)
			if _, in := contents[r.Addr].Manifest[filepath.ToSlash(below)]; err == nil && in {
				return fail(diag.Errorf("", &r.Range, "An image copies a secret",
					"%s copies %s, which holds the value of %s. A saved plan has digests of what images copy, and the image itself would have the value. Name the file in .dockerignore.", r.Addr, below, secrets[name]))
			}
		}
	}
	return nil
}

// secretFiles are the files that secrets are read from, by path, with the secrets' addresses.
func secretFiles(d *state.Desired) map[string]addr.Addr {
	files := map[string]addr.Addr{}
	for _, r := range d.Resources {
		var of struct {
			File string `json:"file"`
		}
		if r.Addr.Kind != "secret" || json.Unmarshal(r.Spec, &of) != nil || of.File == "" {
			continue
		}
		if !filepath.IsAbs(of.File) {
			of.File = filepath.Join(d.Recipe.Dir, of.File)
		}
		files[filepath.Clean(of.File)] = r.Addr
	}
	return files
}

// savedPlanner makes a planner for a saved plan, in place of newPlanner.
func (a *app) savedPlanner(f *saved.File, o planOptions) (*planner, error) {
	if f.Tool != versionText() {
		return nil, failf("The plan is of another version", "Version %s of recipe made it, and this is %s, which may plan otherwise. Use that version, or plan again.", f.Tool, versionText())
	}
	o.mode, o.upgrade, o.adopt, o.volumes = f.Mode, f.Options.Upgrade, f.Options.Adopt, f.Options.Volumes
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
	return &planner{app: a, options: o, module: m, settings: settings, head: head, saved: f}, nil
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
			return failf("The plan was carried out already", "It was at %s, by %s, and ended so: %s. A plan can be carried out once. Plan again.", e.Time, e.By, e.Result)
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
		p.saved.Made.Local().Format("2006-01-02 15:04:05"), why)
}

// heldOptions refuses the options that a saved plan answers itself.
func heldOptions(cmd *cobra.Command) error {
	for _, name := range []string{"upgrade", "adopt", "allow-files"} {
		if cmd.Flags().Changed(name) {
			return usage{fmt.Errorf("--%s belongs to planning: a saved plan holds whether it was given", name), cmd.CommandPath()}
		}
	}
	return nil
}
