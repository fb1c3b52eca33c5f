package job

import (
	"fmt"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/network"
	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/hashicorp/hcl/v2"
)

// limit is how long the engine may take for anything but the job itself.
const limit = 2 * time.Minute

// Diff runs the jobs whose release is not done, and removes what is left of others.
func (k Kind) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	var result kind.Result
	var diags hcl.Diagnostics
	if in.Mode.Recalls() {
		return result, nil
	}
	nets := network.Layout(in.Desired, in.Observed)
	waits := switchover.Waits(in.Desired)
	for _, r := range in.Resources {
		more, err := k.one(in, r, nets, waits[r.Addr])
		if err != nil {
			diags = append(diags, diag.FromError(diag.InvalidValue, err, r.At("image")))
			continue
		}
		in.Done.Add(more) // the next one need not pull the same image
		result.Add(more)
	}
	for _, o := range in.Orphans {
		cause := in.Gone(o.Addr)
		result.Changes = append(result.Changes, plan.Change{Addr: o.Addr, Action: plan.Delete, Summary: o.Name, Cause: cause})
		result.Steps = append(result.Steps, remove(o, cause, nil))
	}
	return result, diags
}

func (k Kind) one(in kind.Input, r *state.Resource, nets map[addr.Addr]network.Net, waits []plan.ID) (kind.Result, error) {
	release, spec, image, result, err := releaseOf(k.Image, in, r)
	if err != nil {
		return kind.Result{}, err
	}
	made := in.Observed.At(r.Addr)
	renews := in.Renews(r.Addr) && done(in, r.Addr, release, made)
	if !renews && done(in, r.Addr, release, made) {
		return superseded(r.Addr, release, made), nil // without its image, too
	}
	cause := why(in, r, release, made)
	run, err := run(in, r, spec, image, release, nets)
	if err != nil {
		return kind.Result{}, err
	}
	run.Needs = append(run.Needs, waits...)
	if renews {
		cause = plan.At("another run was asked for with --replace", r.Range)
	}
	run.Cause = cause
	result.Changes = append(result.Changes, plan.Change{Addr: r.Addr, Action: plan.Run,
		Summary: "release " + release + ", at most " + event.Limit(spec.Timeout.Std()), Cause: cause})
	for _, o := range made {
		if o.Release == release && !renews {
			continue
		}
		step := remove(o, plan.Cause{Why: "a later release of the job is done"}, []plan.ID{run.ID})
		if o.Release == release {
			step = remove(o, cause, nil)
			run.Needs = append(run.Needs, step.ID)
		} else if o.Running { // an apply that was broken off began it, and two releases must not run at once
			step = remove(o, plan.Cause{Why: "another release of the job is wanted"}, nil)
			run.Needs = append(run.Needs, step.ID)
		}
		result.Steps = append(result.Steps, step)
	}
	result.Steps = append(result.Steps, run)
	return result, nil
}

// superseded removes what is left of other releases of a job whose wanted release is done: an apply that was broken
// off made it.
func superseded(a addr.Addr, release string, made []state.Object) (result kind.Result) {
	cause := plan.Cause{Why: "the job is done for the release that is wanted"}
	for _, o := range made {
		if o.Release == release || o.Type != "container" {
			continue
		}
		result.Changes = append(result.Changes, plan.Change{Addr: a, Action: plan.Update, Summary: "without " + o.Name, Cause: cause})
		result.Steps = append(result.Steps, remove(o, cause, nil))
	}
	return result
}

// done tells whether a release of a job ran to a good end. The record and the job's own containers say for which
// release it ran last; what started after it is asked where both are gone.
func done(in kind.Input, a addr.Addr, release string, made []state.Object) bool {
	recorded := ""
	if in.Recorded != nil {
		recorded = in.Recorded.Jobs[a.String()]
	}
	good := slices.ContainsFunc(made, func(o state.Object) bool {
		c, ok := o.Data.(engine.Container)
		return ok && o.Release == release && c.State == engine.Exited && c.ExitCode == 0
	})
	return recorded == release || good || recorded == "" && len(made) == 0 && label.Witnessed(in.Observed, in.Desired.Recipe.Moved, a) == release
}

// why says what makes a job run: it is new, its release is, or an earlier run of it did not end well.
func why(in kind.Input, r *state.Resource, release string, made []state.Object) plan.Cause {
	cause := plan.Cause{Why: r.Addr.String() + " did not run yet", File: r.Range.Filename, Line: r.Range.Start.Line}
	if in.Recorded != nil && in.Recorded.Jobs[r.Addr.String()] != "" {
		cause.Why = r.Addr.String() + " ran for another release"
	}
	for _, o := range made {
		c, ok := o.Data.(engine.Container)
		switch {
		case !ok:
		case o.Release == release && o.Running:
			cause.Why = r.Addr.String() + " is running already; its end is awaited"
			return cause
		case o.Release == release && c.State == engine.Exited:
			cause.Why = fmt.Sprintf("%s ran before and ended with exit code %d; it runs again", r.Addr, c.ExitCode)
			return cause
		case o.Release != release:
			cause.Why = r.Addr.String() + " ran for another release"
			if fields := plan.Fields(o.Spec, r.Spec, r.Sources); o.Spec != nil && len(fields) > 0 {
				cause = plan.CauseOfAll(fields)
			}
		}
	}
	return cause
}

func run(in kind.Input, r *state.Resource, spec *container.Spec, image container.Found, release string, nets map[addr.Addr]network.Net) (plan.Step, error) {
	recipe := in.Desired.Recipe
	place := container.Place{Recipe: recipe, Addr: r.Addr, Release: release, Generation: 1, Index: 1, Image: image.Ref, Volumes: map[string]string{}}
	needs := append([]plan.ID(nil), image.Ready...)
	of := network.Of(spec.Networks, nets)
	place.Hosts = port.Hosts(port.Internal(in.All()), of)
	for _, n := range of {
		place.Networks = append(place.Networks, n.Name)
		needs = append(needs, plan.ReadyID(n.Addr))
	}
	volumes, err := spec.Volumes()
	if err != nil {
		return plan.Step{}, err
	}
	for _, a := range volumes {
		place.Volumes[a.String()] = in.Desired.Standing(in.Observed, "volume", a)
		needs = append(needs, plan.ReadyID(a))
	}
	for _, a := range r.Needs {
		needs = append(needs, plan.ReadyID(a))
	}
	create, err := container.Create(spec, r.Spec, place)
	if err != nil {
		return plan.Step{}, err
	}
	create.Spec.Restart = "no"
	return plan.Step{ID: plan.ID(r.Addr.String() + "/run"), Addr: r.Addr, Op: OpRun, Title: "run " + create.Spec.Name,
		Wait: "until it ends with exit code 0", Within: spec.Timeout.Std(), Needs: needs, Provides: []plan.ID{plan.ReadyID(r.Addr)}, Config: plan.Raw(RunConfig{Create: create, Timeout: spec.Timeout, Release: release}),
		Runs:  []plan.Use{{Name: create.Spec.Name, Memory: create.Spec.Limits.Memory, Ends: true}},
		Limit: spec.Timeout.Std() + limit, Irreversible: "what a job did stays done"}, nil
}

func remove(o state.Object, cause plan.Cause, needs []plan.ID) plan.Step {
	config := plan.Raw(container.RemoveConfig{Name: o.Name, Timeout: state.Duration(10 * time.Second)})
	return plan.Step{ID: plan.ID(o.Addr.String() + "/remove/" + o.Name), Addr: o.Addr, Op: container.OpRemove, Title: "remove " + o.Name,
		Cause: cause, Needs: needs, Provides: []plan.ID{plan.GoneID(o.Addr)}, Config: config, Limit: limit,
		Effects:      []plan.Effect{{Kind: plan.Remove, Object: o.Name}},
		Irreversible: "it was evidence alone"}
}
