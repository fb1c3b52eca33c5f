package testrun

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/rtest"
)

// Spec is a run block, evaluated.
type Spec struct {
	Command string  `json:"command"`
	Volumes bool    `json:"volumes"`
	App     []App   `json:"app"`
	Fault   []Fault `json:"fault"`
	Expect  Expect  `json:"expect"`
}

// Fault is a fault block, evaluated.
type Fault struct {
	Label string        `json:"label"`
	Kind  rehearse.Kind `json:"kind"`
	When  string        `json:"when"`
}

// settle is the virtual time of traffic after each run.
const settle = 3 * time.Second

// run plays one run.
func (p *player) run(b *decode.Block) *Outcome {
	o := &Outcome{Name: b.Label, Range: b.Range, outputs: map[string]cty.Value{}}
	in, diags := p.inputs(b)
	o.Failures = diags
	raw, more := p.scope(p.subject.Module, in, nil).Spec(b)
	if o.Failures = append(o.Failures, more...); o.Failures.HasErrors() {
		return o
	}
	var s Spec
	if err := json.Unmarshal(raw, &s); err != nil {
		o.Failures = append(o.Failures, diag.FromError(diag.Internal, err, &b.Range))
		return o
	}
	p.apps = s.App
	p.play(o, b, s, in)
	p.check(o, b, s, in)
	p.runs[b.Label] = o.value()
	return o
}

// play plans, and carries out what is to be.
func (p *player) play(o *Outcome, b *decode.Block, s Spec, in resolve.Inputs) {
	made, diags := p.plan(s, in)
	o.Said = diags
	if diags.HasErrors() {
		o.Ended = rtest.Refused
		return
	}
	o.Plan = made.Plan
	p.outputs(o, made.Desired)
	p.faults(o, b, s)
	switch {
	case made.Empty():
		o.Ended = rtest.Unchanged
	case s.Command == "plan":
		o.Ended = rtest.Planned
	default:
		p.apply(o, made, s)
	}
}

// plan makes a plan as the commands do.
func (p *player) plan(s Spec, in resolve.Inputs) (*simulated.Planned, hcl.Diagnostics) {
	mode := map[string]kind.Mode{"plan": kind.Apply, "apply": kind.Apply, "destroy": kind.Destroy, "rollback": kind.Rollback,
		"promote": kind.Promote, "repeat": kind.Repeat, "revert": kind.Revert}[s.Command]
	p.world.Volumes = s.Volumes
	head, diags := resolve.Head(p.subject.Module, in)
	if diags.HasErrors() {
		_, rest := resolve.Check(p.subject.Module, in)
		return nil, append(diags, rest...)
	}
	desired := &state.Desired{Recipe: head}
	if mode != kind.Destroy {
		if err := p.learn(in); err != nil {
			return nil, append(diags, diag.FromError(diag.Internal, err, nil))
		}
		var more hcl.Diagnostics
		desired, more = resolve.Resolve(p.subject.Module, in)
		if diags = append(diags, more...); diags.HasErrors() {
			return nil, diags
		}
	}
	made, more, err := p.world.Plan(p.ctx, desired, mode)
	if err != nil {
		more = append(more, diag.FromError(diag.StepFailed, err, nil))
	}
	return made, append(diags, more...)
}

// learn finds the references of the recipe's images, which name their contents, for expressions that read them.
func (p *player) learn(in resolve.Inputs) error {
	images, diags := resolve.Check(p.subject.Module, in)
	images.Resources = slices.DeleteFunc(images.Resources, func(r *state.Resource) bool { return r.Addr.Kind != "image" })
	if diags.HasErrors() || len(images.Resources) == 0 {
		return nil // what is wrong is told when the recipe is resolved
	}
	observed, _, err := p.world.List(p.ctx, images.Recipe)
	if err == nil {
		err = p.world.Refine(p.ctx, observed, images)
	}
	if err != nil {
		return err
	}
	clear(p.refs)
	for a, content := range image.FactsOf(observed).Contents {
		p.refs[a] = content.Ref
	}
	return nil
}

// outputs notes what the recipe gives out.
func (p *player) outputs(o *Outcome, d *state.Desired) {
	for _, out := range d.Outputs {
		if out.Value == nil {
			continue
		}
		if v, err := decodeValue(out.Value); err == nil {
			o.outputs[out.Name] = v
		}
	}
}

// faults looks whether each fault has a step to strike.
func (p *player) faults(o *Outcome, b *decode.Block, s Spec) {
	for _, f := range s.Fault {
		if !slices.ContainsFunc(o.Plan.Steps, func(step plan.Step) bool { return matches(f.Label, &step) }) {
			o.Failures = append(o.Failures, diag.Errorf(diag.TestFailed, placeOf(b, "fault", f.Label), "A fault without a step",
				"No step of the plan matches %q. Its steps are:\n%s", f.Label, steps(o.Plan)))
		}
	}
}

// apply carries a plan out under the faults, with traffic.
func (p *player) apply(o *Outcome, made *simulated.Planned, s Spec) {
	before, err := rehearse.Look(p.ctx, p.world, made.Desired.Recipe.Name)
	if err != nil {
		o.Failures = append(o.Failures, diag.FromError(diag.Internal, err, &o.Range))
		return
	}
	clients := rehearse.Attend(p.world, before, false)
	time.Sleep(time.Second)
	began := time.Now()
	done, err := p.world.Apply(p.ctx, made, simulated.ApplyOptions{Options: apply.Options{}, Wrap: p.wrap(made.Plan, s.Fault)})
	o.Took = time.Since(began)
	time.Sleep(settle)
	now, looked := rehearse.Look(p.ctx, p.world, made.Desired.Recipe.Name)
	if looked != nil {
		o.Failures = append(o.Failures, diag.FromError(diag.Internal, looked, &o.Range))
	}
	requests, lost := clients.Stop(func(r rehearse.Route) bool { _, stays := now.Serving[r]; return stays })
	var bound time.Duration
	for _, i := range made.Interruptions {
		bound += i.Bound
	}
	o.Requests, o.Lost = requests, len(rehearse.Unannounced(lost, bound))
	o.Ended = ending(done, err)
	for _, f := range done.Failed {
		at := o.Range
		if r := made.Desired.Find(f.Addr); r != nil {
			at = r.Range
		}
		o.Said = append(o.Said, diag.Errorf(diag.StepFailed, &at, "Step failed", "The step %q of %s failed: %s", f.Title, f.Addr, f.Err))
	}
}

// ending is the outcome of an apply.
func ending(done simulated.Applied, err error) string {
	switch {
	case done.Killed:
		return rtest.Killed
	case len(done.Paused) > 0:
		return rtest.Paused
	case err == nil:
		return rtest.Applied
	case len(done.Reverted) > 0 && !slices.ContainsFunc(done.Reverted, func(r apply.Reverted) bool { return r.Err != nil }):
		return rtest.Reverted
	}
	return rtest.Failed
}

// wrap gives steps their faults. Those of the way back are spared.
func (p *player) wrap(made *plan.Plan, faults []Fault) func(plan.Op, kind.Doer) kind.Doer {
	return func(op plan.Op, doer kind.Doer) kind.Doer {
		return kind.DoerFunc(func(ctx context.Context, s plan.Step, in kind.Inputs) (kind.Outputs, error) {
			undo := slices.ContainsFunc(made.Undo, func(u plan.Step) bool { return u.ID == s.ID })
			for _, f := range faults {
				if !undo && matches(f.Label, &s) {
					return rehearse.Accident{Kind: f.Kind, Step: s.ID, After: f.When == "after"}.Wrap(p.world)(op, doer).Do(ctx, s, in)
				}
			}
			return doer.Do(ctx, s, in)
		})
	}
}

// matches tells whether a pattern means a step.
func matches(pattern string, s *plan.Step) bool {
	re := glob(pattern)
	return re.MatchString(string(s.ID)) || re.MatchString(s.Title) || re.MatchString(s.Addr.String())
}
