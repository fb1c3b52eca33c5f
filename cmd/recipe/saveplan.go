package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// save writes a plan with all that it takes to make it again.
func (p *planner) save(made *planned, host, name string) error {
	if err := copied(made); err != nil {
		return err
	}
	o := p.options
	f := &saved.File{
		Tool: versionText(), Made: p.now.UTC().Truncate(time.Second), By: who(), Mode: o.mode,
		Options: saved.Options{Upgrade: o.upgrade, Adopt: o.adopt, Volumes: o.volumes, AllowFiles: o.variables.allow, Scope: o.scope.Options},
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
	if err := p.module.spelt(variables); err != nil {
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

// spelt refuses to save a plan in which the default of a sensitive variable counts: the file holds the recipe's text.
func (m *module) spelt(given []saved.Variable) error {
	for _, b := range m.decoded.Blocks {
		a := b.Args["default"]
		if b.Type != "variable" || a == nil || !sensitive(b) || slices.ContainsFunc(given, func(v saved.Variable) bool { return v.Name == b.Label }) {
			continue
		}
		if v, diags := a.Expr.Value(nil); diags.HasErrors() || v.IsNull() {
			continue
		}
		return fail(diag.Errorf("", &a.Range, "The recipe spells a secret out",
			"The default of variable %q is sensitive, and a saved plan holds the recipe's text. Take it out, and give the value in the environment: RECIPE_VAR_%s.", b.Label, b.Label))
	}
	return nil
}

// variables are those that the recipe declares, by name, each with whether it is sensitive.
func (m *module) variables() map[string]bool {
	declared := map[string]bool{}
	for _, b := range m.decoded.Blocks {
		if b.Type == "variable" {
			declared[b.Label] = sensitive(b)
		}
	}
	return declared
}

// sensitive tells whether a variable block says so.
func sensitive(b *decode.Block) bool {
	a := b.Args["sensitive"]
	if a == nil {
		return false
	}
	v, diags := a.Expr.Value(nil)
	return diags.HasErrors() || v.Type() == cty.Bool && !v.IsNull() && v.True()
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
