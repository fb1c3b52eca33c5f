// Package evaltest has what tests of plans and of applies need: short ways to write a small plan, a
// transcript of an apply that reads as text, and faults that strike at a chosen step, before or after its
// effect. Together with testing/synctest it lets a test say what happens when the fourth step hangs, without
// waiting for it.
package evaltest

import (
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Step is a step being written: S("start").In("web").After("build").UndoneBy("stop").
type Step struct{ plan.Step }

// S begins a step of the given ID, which is its title and its Op as well.
func S(id string) Step {
	return Step{plan.Step{ID: plan.ID(id), Op: plan.Op(id), Title: id, Addr: addr.New("service", "web")}}
}

// In puts the step into a group.
func (s Step) In(group string) Step { s.Group = group; return s }

// After adds steps and milestones that the step needs.
func (s Step) After(ids ...plan.ID) Step { s.Needs = append(s.Needs, ids...); return s }

// Reaching adds milestones that the step provides.
func (s Step) Reaching(ids ...plan.ID) Step { s.Provides = append(s.Provides, ids...); return s }

// UndoneBy adds steps that take this one back.
func (s Step) UndoneBy(ids ...plan.ID) Step { s.Undo = append(s.Undo, ids...); return s }

// Committing marks the step after which its group is not undone.
func (s Step) Committing() Step { s.Commit = true; return s }

// Aiding marks a step of use only to those that need it.
func (s Step) Aiding() Step { s.Ancillary = true; return s }

// Does adds effects.
func (s Step) Does(effects ...plan.Effect) Step { s.Effects = append(s.Effects, effects...); return s }

// Plan puts a plan of the recipe "shop" together.
func Plan(steps, undo []Step) *plan.Plan {
	p := &plan.Plan{Format: plan.Format, Engine: "engine"}
	p.Recipe.Name = "shop"
	for _, s := range steps {
		p.Steps = append(p.Steps, s.Step)
	}
	for _, s := range undo {
		p.Undo = append(p.Undo, s.Step)
	}
	return p
}
