package main

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/maintenance"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/diff"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// planOptions are the options of all commands that make a plan.
type planOptions struct {
	target    targetOptions
	variables variableOptions
	adopt     bool
	upgrade   bool
	full      bool
	json      bool
	markdown  bool
	volumes   bool
	scope     scopeOptions
	mode      kind.Mode
	// command is what was asked for, where the plan is of one change and not of all that the recipe asks for: alone is
	// the argument that it may change, counts are those of services.
	command string
	alone   string
	counts  map[string]int
	// prune says that the plan clears away, images that it says leave too.
	prune, images bool
	// maintenance is whether the page goes up, for kind.Maintain.
	maintenance bool
}

func (o *planOptions) register(cmd *cobra.Command) {
	o.target.register(cmd)
	o.variables.register(cmd)
	cmd.Flags().BoolVar(&o.adopt, "adopt", false, "take over objects that a recipe of this name made from elsewhere")
	cmd.Flags().BoolVar(&o.upgrade, "upgrade", false, "take newer images for tags that were resolved before")
	cmd.Flags().BoolVar(&o.full, "full", false, "show everything: whole texts, all limits, each step of the way back")
}

// planner makes plans of one recipe. It asks the engine through a client that cannot change anything.
type planner struct {
	*app
	options planOptions
	module  *module
	// settings are what the environment and the options say of the edge and of images.
	settings builtins.Settings
	head     state.Recipe
	desired  *state.Desired // nil until the recipe was evaluated
	// warnings are what there is to say of the recipe although it can be applied.
	warnings hcl.Diagnostics
	// saved is the plan that is expected; nil where none was saved.
	saved *saved.File
	// file is where it was saved.
	file string
	// now is when it began to plan: all its plans are for that time.
	now time.Time
}

// planned is a plan and what it was made of.
type planned struct {
	*plan.Plan
	desired  *state.Desired
	observed *state.Observed
	recorded *state.Recorded
	// adopts are the strangers whose objects the plan takes over.
	adopts []stranger
}

// nothing tells whether carrying the plan out would write nothing at all: there is no step, no origin to remember,
// and in a destroy no record to remove.
func (p *planned) nothing(mode kind.Mode) bool {
	return p.Empty() && !p.refreshes() && len(p.adopts) == 0 && (mode != kind.Destroy || len(p.recorded.History) == 0)
}

// refreshes tells whether the plan has the record follow what others changed.
func (p *planned) refreshes() bool {
	return p.Scope != nil && p.Scope.RefreshOnly && record.Follows(p.Plan)
}

// newPlanner reads the recipe at path as far as it must be known before an engine is asked.
func (a *app) newPlanner(path string, o planOptions) (*planner, error) {
	if begin, err := beginning(path); err == nil && saved.Is(begin) {
		return nil, failf("This is a saved plan", "%q is no recipe but a plan that was saved: show it with \"recipe show %s\", or carry it out with \"recipe apply %s\".", path, path, path)
	}
	m, diags := a.load(path, o.variables)
	if diags.HasErrors() {
		return nil, failure{diags}
	}
	m.inputs.Origin, m.inputs.Revision = origin(m.inputs.Dir)
	head, more := resolve.Head(m.decoded, m.inputs)
	if more.HasErrors() {
		_, rest := resolve.Check(m.decoded, m.inputs)
		return nil, failure{append(more, rest...)}
	}
	settings := m.settings
	settings.Upgrade = o.upgrade
	return &planner{app: a, options: o, module: m, settings: settings, head: head, warnings: diags, now: time.Now()}, nil
}

// openPlanner reads the recipe at path, as newPlanner does, and opens the engine, which the caller closes.
func (a *app) openPlanner(ctx context.Context, path string, o planOptions) (*planner, *docker.Reader, error) {
	p, err := a.newPlanner(path, o)
	if err != nil {
		return nil, nil, err
	}
	reader, err := p.open(ctx)
	return p, reader, err
}

// open opens the engine. Where there is none, what is wrong with the recipe is told instead, if anything is: it
// would be told next.
func (p *planner) open(ctx context.Context) (*docker.Reader, error) {
	reader, err := p.openEngine(ctx, p.options.target, p.head)
	if err != nil && p.options.mode == kind.Apply {
		if _, diags := resolve.Check(p.module.decoded, p.module.inputs); diags.HasErrors() {
			return nil, failure{append(p.warnings, diags...)}
		}
	}
	return reader, err
}

// make makes the plan for the engine as it stands.
func (p *planner) make(ctx context.Context, r engine.Reader) (*planned, error) {
	// Evaluating the recipe and asking the engine take about as long and do not need each other. What is wrong
	// with the recipe is told first, since it is so whatever the engine says.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := builtins.World(r, p.settings)
	listing := make(chan listed, 1)
	go func() {
		observed, recorded, err := w.List(ctx, p.head)
		listing <- listed{observed, recorded, err}
	}()
	refs := p.module.readsImageRefs() // these are known once the engine was asked
	if !refs {
		if err := p.resolve(ctx); err != nil {
			return nil, err
		}
	}
	found := <-listing
	observed, recorded := found.observed, found.recorded
	if found.err != nil {
		return nil, found.err
	}
	if refs {
		if err := p.learnImageRefs(ctx, r, observed); err != nil {
			return nil, err
		}
		if err := p.resolve(ctx); err != nil {
			return nil, err
		}
	}
	strangers := p.strangers(observed, recorded)
	if err := p.owned(strangers); err != nil {
		return nil, err
	}
	desired := p.fresh()
	if err := w.Refine(ctx, observed, desired); err != nil {
		return nil, err
	}
	kinds := p.module.kinds
	if p.options.mode == kind.Maintain {
		kinds = []kind.Kind{maintenance.Turn{On: p.options.maintenance}}
	}
	if p.options.prune {
		kinds = p.leftovers(kinds)
	}
	made, diags := diff.Make(diff.Input{
		Kinds: kinds, Desired: desired, Observed: observed, Recorded: recorded,
		Now: p.now, Mode: p.options.mode, Volumes: p.options.volumes, Engine: world.Facts(observed).Info.ID,
		Target: p.options.scope.Options, Machine: world.Machine(observed),
	})
	if diags.HasErrors() {
		return nil, failure{append(p.warnings, diags...)}
	}
	p.warnings = append(p.warnings, diags...)
	if err := p.apart(made); err != nil {
		return nil, err
	}
	for _, note := range world.Facts(observed).Notes {
		made.Notes = append(made.Notes, plan.Note{Text: note})
	}
	for _, s := range strangers {
		made.Notes = append(made.Notes, plan.Note{Text: "takes over what was made from " + s.origin})
	}
	return &planned{made, desired, observed, recorded, strangers}, nil
}

type listed struct {
	observed *state.Observed
	recorded *state.Recorded
	err      error
}

// resolve evaluates the recipe, once: a second plan under the lock is of the same recipe, and a secret may take
// a person to fetch. A recipe to be destroyed wants nothing, so that it can be destroyed although its variables
// have no values any more.
func (p *planner) resolve(ctx context.Context) error {
	if p.desired != nil {
		return nil
	}
	if p.options.mode == kind.Destroy {
		p.desired = &state.Desired{Recipe: p.head}
		return nil
	}
	evaluate := resolve.Resolve
	if p.options.mode == kind.Rollback || p.options.mode == kind.Revert || p.options.mode == kind.Maintain {
		// What the services go back to stands in their containers' labels: no variable needs a value for it, and
		// no secret is fetched.
		evaluate = resolve.Check
	} else {
		p.module.fetchSecrets(ctx)
	}
	desired, diags := evaluate(p.module.decoded, p.module.inputs)
	if diags.HasErrors() {
		return failure{append(p.warnings, diags...)}
	}
	if len(desired.Open) > 0 { // what stands of them would be taken for unwanted
		return fail(diag.Errorf(diag.MissingVariable, &p.head.Range, "Missing value",
			"For which objects %s stands depends on variables that were given no value. Give them those of the last apply, with --var or --var-file.", desired.Open[0]))
	}
	if more := p.scale(desired); more.HasErrors() {
		return failure{append(p.warnings, more...)}
	}
	p.desired, p.warnings = desired, append(p.warnings, diags...)
	return nil
}

// fresh is a copy of what is wanted that may be completed by what is observed.
func (p *planner) fresh() *state.Desired {
	copied := &state.Desired{Recipe: p.desired.Recipe, Resources: slices.Clone(p.desired.Resources), Outputs: p.desired.Outputs, Missing: p.desired.Missing}
	for i, r := range copied.Resources {
		one := *r
		copied.Resources[i] = &one
	}
	return copied
}
