package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Virtual time that passes before the apply, and between it and the next one.
const (
	before = time.Second
	notice = 2 * time.Second
	after  = 3 * time.Second
)

// played is one rehearsal.
type played struct {
	scene   Scene
	world   *simulated.World
	plan    *plan.Plan
	first   Standing // before the apply
	last    Standing // at the end of it all
	clients *Clients
	bound   time.Duration // that plans announced as interruptions
	ending  Ending
	// diags and err say why it could not even begin.
	diags hcl.Diagnostics
	err   error
}

// play rehearses once, in virtual time. The good path comes first; others are held against it.
func (s Scene) play(a Accident, good *played) *played {
	p := &played{scene: s}
	ctx := context.Background()
	if p.world, p.err = s.Begin(); p.err != nil {
		return p
	}
	defer func() {
		p.world.Close()
		time.Sleep(2 * time.Minute) // restarts that were due find nothing to do
	}()
	if p.first, p.err = Look(ctx, p.world, s.Desired.Recipe.Name); p.err != nil {
		return p
	}
	made, diags, err := p.world.Plan(ctx, s.Desired, s.Mode)
	if p.diags, p.err = diags, err; err != nil || diags.HasErrors() {
		return p
	}
	p.plan = made.Plan
	p.clients = Attend(p.world, p.first, s.Steady)
	time.Sleep(before)
	p.apply(ctx, made, a, good)
	anew := p.world.Part.Replaces
	p.world.Part.Replaces = nil
	if a.Kind != "" {
		p.recover(ctx)
		if len(anew) > 0 {
			p.again(ctx, anew, good)
		}
	}
	p.settled(ctx, good)
	return p
}

func (p *played) broken(format string, args ...any) {
	p.ending.Broken = append(p.ending.Broken, fmt.Sprintf(format, args...))
}

// options are how a plan is applied, with an accident.
func (p *played) options(made *simulated.Planned, a Accident) simulated.ApplyOptions {
	o := simulated.ApplyOptions{Options: apply.Options{Parallelism: p.scene.Parallelism}}
	if a.Kind != "" {
		o.Wrap = a.Wrap(p.world)
	}
	if p.scene.Steady {
		o.Wrap = inTurn(made.Plan, o.Wrap)
	}
	return o
}

// inTurn has each step begin at a moment of its own.
func inTurn(made *plan.Plan, wrap func(plan.Op, kind.Doer) kind.Doer) func(plan.Op, kind.Doer) kind.Doer {
	turns := map[plan.ID]time.Duration{}
	for _, steps := range [][]plan.Step{made.Steps, made.Undo} {
		for i := range steps {
			turns[steps[i].ID] = time.Duration(len(turns)+1) * 7 * time.Microsecond
		}
	}
	return func(op plan.Op, doer kind.Doer) kind.Doer {
		if wrap != nil {
			doer = wrap(op, doer)
		}
		return kind.DoerFunc(func(ctx context.Context, s plan.Step, in kind.Inputs) (kind.Outputs, error) {
			time.Sleep(2*time.Millisecond + turns[s.ID])
			return doer.Do(ctx, s, in)
		})
	}
}

// apply carries the plan out and notes how that ended.
func (p *played) apply(ctx context.Context, made *simulated.Planned, a Accident, good *played) {
	p.announced(made, a)
	began := time.Now()
	done, err := p.world.Apply(ctx, made, p.options(made, a))
	p.ending.Took = time.Since(began)
	p.ending.Result = result(done, err)
	if a.Kind == "" && err != nil {
		p.broken("the apply failed: %v", err)
	}
	for _, back := range done.Reverted {
		if back.Err != nil && !done.Killed {
			p.broken("the way back of %s failed: %v", back.Group, back.Err)
		}
	}
	if good == nil {
		p.ending.Serves = "new"
		return
	}
	time.Sleep(notice) // what the way back starts again boots
	stands, err := Look(ctx, p.world, p.scene.Desired.Recipe.Name)
	if err != nil {
		p.broken("%v", err)
	}
	p.ending.Serves = stands.serves(p.first, good.last)
	if p.ending.Result == "reverted" {
		p.wentBack(ctx, made, a, stands, good)
	}
	if p.ending.Serves == "nobody" {
		p.ending.ByHand = "apply again at once: until then requests are not answered"
	}
}

// wentBack holds what stands after a way back against what stood before: no route is shared by two releases. What the
// plan ends for good before any traffic moves, as a standby, stays ended, though its drain may have been broken off.
func (p *played) wentBack(ctx context.Context, made *simulated.Planned, a Accident, stands Standing, good *played) {
	for route, releases := range stands.Serving {
		if !slices.Equal(releases, p.first.Serving[route]) && !slices.Equal(releases, good.last.Serving[route]) {
			p.broken("after the way back %s is served by %s", route, list(releases))
		}
	}
	if p.scene.Before == nil || committed(made.Plan, a.Step) || len(made.Interruptions) > 0 {
		return
	}
	again, diags, err := p.world.Plan(ctx, p.scene.Before, kind.Apply)
	if err = errors.Join(err, errorsOf(diags)); err != nil {
		p.broken("there is no plan for what stood before: %v", err)
		return
	}
	ended := endedForGood(made.Plan)
	for _, step := range again.Steps {
		left := func(id proxy.ServerID) bool { return !ended[id] }
		switch step.Op {
		case edge.OpDrain:
			if !slices.ContainsFunc(drained(&step), left) {
				continue
			}
			fallthrough
		case container.OpStart, edge.OpShift:
			p.broken("the way back did not lead to where things stood: for that it still takes %q", step.Title)
		}
	}
}

// endedForGood are the servers that a plan drains with no way back before it has moved any traffic.
func endedForGood(made *plan.Plan) map[proxy.ServerID]bool {
	ended := map[proxy.ServerID]bool{}
	for i := range made.Steps {
		step := &made.Steps[i]
		if step.Op != edge.OpDrain || step.Irreversible == "" || committed(made, step.ID) {
			continue
		}
		for _, id := range drained(step) {
			ended[id] = true
		}
	}
	return ended
}

// drained are the servers that a drain of a plan made here is for.
func drained(step *plan.Step) []proxy.ServerID {
	var c edge.DrainConfig
	_ = json.Unmarshal(step.Config, &c) // which plan.Raw wrote
	return c.Servers
}

// committed tells whether a step comes after the one that commits its group.
func committed(p *plan.Plan, id plan.ID) bool {
	past := map[string]bool{}
	for _, step := range p.Steps {
		if step.ID == id {
			return step.Group == "" || past[step.Group]
		}
		past[step.Group] = past[step.Group] || step.Commit
	}
	return false
}

// announced adds what a plan announces. Requests that wait are lost where something hangs for longer than they wait,
// and only there.
func (p *played) announced(made *simulated.Planned, a Accident) {
	for _, i := range made.Interruptions {
		if !i.Held || a.Kind == Hang {
			p.bound += i.Bound
		}
	}
}

// result is how an apply ended, in a word.
func result(done simulated.Applied, err error) string {
	switch {
	case done.Killed:
		return "killed"
	case len(done.Paused) > 0:
		return "paused"
	case err == nil:
		return "applied"
	case len(done.Reverted) > 0:
		return "reverted"
	}
	return "failed"
}

// recover plans and applies once more, with nothing in the way.
func (p *played) recover(ctx context.Context) {
	mode := p.scene.Mode
	if p.ending.Result == "paused" { // what failed is tried once more, by somebody who decides so
		mode = kind.Repeat
		p.ending.ByHand = "promote it, or revert it"
	}
	made, diags, err := p.world.Plan(ctx, p.scene.Desired, mode)
	if err = errors.Join(err, errorsOf(diags)); err != nil {
		p.broken("there is no plan to go on with: %v", err)
		return
	}
	if made.Empty() {
		return
	}
	p.announced(made, Accident{})
	began := time.Now()
	if _, err := p.world.Apply(ctx, made, p.options(made, Accident{})); err != nil {
		p.broken("the next apply failed: %v", err)
	}
	p.ending.Recovery = time.Since(began)
}

// again asks once more for other releases, as who did not get them does.
func (p *played) again(ctx context.Context, replaces []string, good *played) {
	last, err := Look(ctx, p.world, p.scene.Desired.Recipe.Name)
	if err != nil || last.Difference(good.last) == "" {
		return
	}
	p.world.Part.Replaces = replaces
	p.recover(ctx)
	p.world.Part.Replaces = nil
}

func errorsOf(diags hcl.Diagnostics) error {
	if diags.HasErrors() {
		return diags
	}
	return nil
}

// settled holds what stands against what was wanted.
func (p *played) settled(ctx context.Context, good *played) {
	if p.scene.Mode == kind.Apply {
		if made, diags, err := p.world.Plan(ctx, p.scene.Desired, p.scene.Mode); err != nil || diags.HasErrors() {
			p.broken("there is no plan afterwards: %v", errors.Join(err, errorsOf(diags)))
		} else if !made.Empty() {
			p.broken("there is something left to do: %s", made.Steps[0].Title)
		}
	}
	sites, err := Sites(ctx, p.world)
	if err != nil || !reflect.DeepEqual(sites, p.world.Edge.Live()) {
		p.broken("the edge does not do what its files say (%v)", err)
	}
	if p.last, err = Look(ctx, p.world, p.scene.Desired.Recipe.Name); err != nil {
		p.broken("%v", err)
	}
	against := p
	if good != nil {
		against = good
		if text := p.last.Difference(good.last); text != "" && p.scene.Mode != kind.Rollback {
			p.broken("it does not end where the good path ends: %s", text)
		}
	}
	time.Sleep(after) // of traffic on what stands now
	requests, lost := p.clients.Stop(func(r Route) bool { return len(against.last.Serving[r]) > 0 })
	unannounced := Unannounced(lost, p.bound)
	p.ending.Requests, p.ending.Lost, p.ending.Announced = requests, len(lost), len(lost)-len(unannounced)
	if len(unannounced) > 0 {
		p.broken("%s", lossText(unannounced, requests))
	}
	if len(p.ending.Broken) > 0 {
		p.ending.ByHand = "report a fault of recipe, and do not apply this plan"
	}
}
