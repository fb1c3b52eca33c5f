// Package testrun plays the tests of recipes: the runs of a *.rtest.hcl file, one after the other on one simulated
// engine, in virtual time.
//
// Each run is a command of the tool, planned and carried out by the code that does it in earnest, with apps and faults
// as the test says. Secrets are made up, never fetched, and nothing outside of the recipe's directory is asked.
package testrun

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/secret"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/rtest"
)

// Subject is the recipe that is tested.
type Subject struct {
	Module *decode.Module
	// Inputs are those of its evaluation, with the values that count less than those of tests. Kinds and Secrets are
	// the tests' own.
	Inputs   resolve.Inputs
	Settings builtins.Settings
}

// Outcome is how a run ended.
type Outcome struct {
	Name string
	// Range is the header of the run's block.
	Range hcl.Range
	// Ended is one of the outcomes of package rtest; empty where the run itself is not well written.
	Ended string
	// Took is how long the apply took, in virtual time.
	Took           time.Duration
	Requests, Lost int
	// Plan is nil where none was made.
	Plan *plan.Plan
	// Failures are what was not as expected, with what is wrong with the test itself; none for a run that passed.
	Failures hcl.Diagnostics
	// Said are the errors and warnings that the command gave.
	Said hcl.Diagnostics
	// outputs are the recipe's, as far as they are known and not sensitive.
	outputs map[string]cty.Value
}

// Passed reports whether the run did what it is expected to.
func (o *Outcome) Passed() bool { return !o.Failures.HasErrors() }

// Play plays the runs of a file whose names match a pattern, in which * stands for any text, with all before the last
// of them, since they make the world that it begins with. It works in the time of package time: see
// simulated.Virtually. Each outcome is told as soon as it is known.
func Play(ctx context.Context, s Subject, f *rtest.File, pattern string, told func(*Outcome)) {
	p := &player{ctx: ctx, subject: s, file: f, refs: map[addr.Addr]string{}, runs: map[string]cty.Value{}}
	settings := s.Settings
	settings.ImageRef = func(a addr.Addr) (string, bool) { ref, ok := p.refs[a]; return ref, ok }
	p.kinds = map[string]kind.Kind{}
	for _, k := range builtins.Kinds(settings) {
		p.kinds[k.Schema().Name] = k
	}
	p.world = simulated.New(simulated.Options{Settings: settings, App: p.app})
	defer func() {
		p.world.Close()
		time.Sleep(2 * time.Minute) // restarts that were due find nothing to do
	}()
	last := -1
	for i, b := range f.Runs {
		if pattern == "" || glob(pattern).MatchString(b.Label) {
			last = i
		}
	}
	for _, b := range f.Runs[:last+1] {
		o := p.run(b)
		if pattern == "" || glob(pattern).MatchString(b.Label) || !o.Passed() {
			told(o)
		}
	}
}

// player plays one file.
type player struct {
	ctx     context.Context
	subject Subject
	file    *rtest.File
	kinds   map[string]kind.Kind
	world   *simulated.World
	// refs are the references of images, once they are learnt.
	refs map[addr.Addr]string
	// apps are how containers behave that start now.
	apps []App
	// runs are those before, by name, as expressions read them.
	runs map[string]cty.Value
}

// glob makes an expression of a text in which * stands for any text.
func glob(pattern string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$")
}

// app is what a container runs that starts now.
func (p *player) app(c engine.ContainerSpec) sim.App {
	app := simulated.DefaultApp(c)
	a, ok := addressOf(c)
	if !ok {
		return app
	}
	for _, one := range slices.Backward(p.apps) {
		if re := glob(one.Label); re.MatchString(a.String()) || re.MatchString(a.Name) {
			return one.sim(a.Kind == "job")
		}
	}
	return app
}

// scope evaluates the test's own expressions.
func (p *player) scope(m *decode.Module, in resolve.Inputs, more map[string]cty.Value) *resolve.Scope {
	roots := map[string]cty.Value{"runs": cty.ObjectVal(p.runs)}
	maps.Copy(roots, more)
	return resolve.NewScope(m, in, roots)
}

// inputs are those of the recipe's evaluation, with a run's values for variables and secrets.
func (p *player) inputs(b *decode.Block) (in resolve.Inputs, diags hcl.Diagnostics) {
	in = p.subject.Inputs
	in.Kinds = p.kinds
	in.Vars = slices.Clone(in.Vars)
	bare := p.scope(&decode.Module{}, in, nil)
	add := func(name string, v cty.Value, at hcl.Range) {
		in.Vars = append(in.Vars, resolve.VarValue{Name: name, Source: "the test", Expr: hcl.StaticExpr(v, at), Range: &at})
	}
	if v := p.file.Variables; v != nil {
		for _, name := range v.ArgOrder {
			value, more := bare.Value(v.Args[name].Expr)
			diags = append(diags, more...)
			add(name, value, v.Args[name].Range)
		}
	}
	given := map[string]cty.Value{}
	for _, word := range []string{"variables", "secrets"} {
		a := b.Args[word]
		if a == nil {
			continue
		}
		value, more := bare.Value(a.Expr)
		diags = append(diags, more...)
		if more.HasErrors() || value.IsNull() || !value.IsKnown() || !value.CanIterateElements() {
			continue // whatever is wrong with it is found when the block is evaluated
		}
		for name, v := range value.AsValueMap() {
			at := a.Range
			if key := a.Keys[name]; key != nil {
				at = key.Range
			}
			if word == "variables" {
				add(name, v, at)
			} else {
				given[name] = v
			}
		}
	}
	in.Secrets = func(s resolve.SecretSource) (string, error) {
		if v, ok := given[s.Name]; ok && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
			plain, _ := v.Unmark()
			return plain.AsString(), nil
		}
		return secret.MakeUp(s.Name), nil
	}
	return in, diags
}
