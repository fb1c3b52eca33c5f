package simulated

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/container"
	edgesteps "github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/gate"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/image/buildkit"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/diff"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Planned is a plan and what it was made of.
type Planned struct {
	*plan.Plan
	Desired  *state.Desired
	Observed *state.Observed
	Recorded *state.Recorded
	Mode     kind.Mode
}

// Plan says what must happen for the world to be as is desired. It changes nothing, d neither.
func (w *World) Plan(ctx context.Context, d *state.Desired, mode kind.Mode) (*Planned, hcl.Diagnostics, error) {
	desired := &state.Desired{Recipe: d.Recipe, Outputs: d.Outputs, Missing: d.Missing}
	for _, r := range d.Resources {
		if mode != kind.Destroy {
			one := *r
			desired.Resources = append(desired.Resources, &one)
		}
	}
	observed, recorded, err := w.List(ctx, d.Recipe)
	if err == nil {
		err = w.Refine(ctx, observed, desired)
	}
	if err != nil {
		return nil, nil, err
	}
	made, diags := diff.Make(diff.Input{Kinds: builtins.Kinds(w.Settings), Desired: desired, Observed: observed, Recorded: recorded,
		Now: time.Now(), Mode: mode, Volumes: w.Volumes, Engine: world.Facts(observed).Info.ID, Target: w.Part, Machine: world.Machine(observed)})
	if diags.HasErrors() {
		return nil, diags, nil
	}
	return &Planned{made, desired, observed, recorded, mode}, diags, nil
}

// ApplyOptions say how a plan is carried out.
type ApplyOptions struct {
	apply.Options // Doers, Secret, Alive and Hard are the World's own
	// Kill is asked at every moment whether the apply ends there; nil for never.
	Kill func(Moment) bool
	// Wrap, when set, gives what carries out each step in place of what would.
	Wrap func(plan.Op, kind.Doer) kind.Doer
}

// Applied is how an apply ended.
type Applied struct {
	*apply.Result
	Moments []Moment // all that it came through
	Killed  bool
}

// Apply carries a plan out.
func (w *World) Apply(ctx context.Context, p *Planned, o ApplyOptions) (Applied, error) {
	s := &session{kill: o.Kill, hard: make(chan struct{})}
	w.mu.Lock()
	w.session = s
	w.mu.Unlock()
	run := o.Options
	run.Doers, run.Alive, run.Hard, run.Secret = w.doers(p.Desired.Recipe, o), s.alive, s.hard, secrets(p.Desired)
	run.Sink = func(e event.Event) {
		if e.Type == event.Reverting {
			w.forget(p.Desired.Recipe.Name)
		}
		if o.Sink != nil {
			o.Sink(e)
		}
	}
	result, err := apply.Run(ctx, p.Plan, run)
	if result == nil {
		result = &apply.Result{}
	}
	w.mu.Lock()
	w.session = nil
	w.mu.Unlock()
	done := Applied{Result: result, Moments: s.moments, Killed: s.dead}
	if s.dead {
		return done, err
	}
	w.remember(ctx, p, result, err)
	return done, errors.Join(err, w.leaveEdge(ctx))
}

func (w *World) doers(r state.Recipe, o ApplyOptions) map[plan.Op]kind.Doer {
	on, front := w.through()
	doers := builtins.DoersOf(builtins.Parts{
		Containers: container.Tools{Engine: on, Prober: prober{w}},
		Images:     image.Build{Images: on, Dir: r.Dir, Solve: w.build},
		Edge:       edgesteps.Deps{Engine: on, Edge: front},
		Run:        w.command,
	})
	if !w.Judged {
		doers[gate.OpJudge] = kind.DoerFunc(func(context.Context, plan.Step, kind.Inputs) (kind.Outputs, error) { return nil, nil })
	}
	if o.Wrap != nil {
		for op, doer := range doers {
			doers[op] = o.Wrap(op, doer)
		}
	}
	return doers
}

// command plays one of the operator's machine: nothing that is played runs anything there.
func (w *World) command(_ context.Context, _ string, argv, env []string) ([]byte, int, error) {
	if w.Command == nil {
		return nil, 0, nil
	}
	output, code := w.Command(argv, env)
	return []byte(output), code, nil
}

// build makes an image that is nothing but its name and labels.
func (w *World) build(_ context.Context, r buildkit.Request, report func(string)) error {
	if err := w.moment("build "+r.Tags[0], false); err != nil {
		return err
	}
	report("built by the simulator")
	for _, tag := range r.Tags {
		w.Engine.AddImage(tag, engine.ImageConfig{Labels: r.Labels}, w.apps(engine.ContainerSpec{Image: tag}))
	}
	return w.moment("build "+r.Tags[0], true)
}

// leaveEdge removes the volume of an edge that is gone, as a helper's session does at its end.
func (w *World) leaveEdge(ctx context.Context) error {
	if _, err := w.Engine.Container(ctx, w.Settings.Edge); !errors.Is(err, engine.ErrNotFound) {
		return err
	}
	w.mu.Lock()
	clear(w.inForce)
	w.mu.Unlock()
	return w.Engine.RemoveVolume(ctx, w.Settings.Edge)
}

// remember keeps of an apply what labels cannot tell, as the command does.
func (w *World) remember(ctx context.Context, p *Planned, result *apply.Result, ended error) {
	kept := *p.Recorded
	done := record.Applied{Plan: p.Plan, Desired: p.Desired, Observed: p.Observed, Recorded: p.Recorded, Result: result}
	entry := state.Entry{Plan: plan.Digest(p.Plan)[:12], By: "somebody@sim", Result: record.OutcomeOf(p.Mode, result, ended),
		Releases: done.Releases(), Refused: done.Refused(p.Mode)}
	switch {
	case p.Mode == kind.Apply:
		done.Settle(&kept)
	case p.Mode == kind.Refresh:
		record.Follow(&kept, p.Plan)
	case p.Mode == kind.Destroy && ended == nil:
		kept = state.Recorded{Format: record.Format}
	case p.Mode == kind.Destroy:
		kept.Jobs = nil
	case p.Mode.Decides():
		done.Decided(&kept)
	}
	name := p.Desired.Recipe.Name
	inForce := edgesteps.InForce(ctx, p.Plan, result, world.Facts(p.Observed).Edge.InForce[name], w.Edge)
	if p.Mode != kind.Destroy {
		record.Append(&kept, entry)
	}
	kept = p.Desired.Recipe.Moved.Kept(kept)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.recorded[name], w.inForce[name] = &kept, inForce
}

// Forget loses a recipe's record, as a volume that somebody removed; recall brings it back.
func (w *World) Forget(recipe string) (recall func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	lost := w.recorded[recipe]
	delete(w.recorded, recipe)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.recorded[recipe] = lost
	}
}

// forget takes from the edge what it was seen to do: a way back ends where the apply began, and one that is broken off
// must not look as if it had.
func (w *World) forget(recipe string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.inForce, recipe)
}

func secrets(d *state.Desired) func(addr.Addr, string) (string, error) {
	return func(a addr.Addr, path string) (string, error) {
		if r := d.Find(a); r != nil {
			if value, ok := r.Secrets[path]; ok {
				return value, nil
			}
		}
		return "", errors.New(path + " of " + a.String() + " is no secret that the recipe knows")
	}
}
