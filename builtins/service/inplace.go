package service

import (
	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/plan"
)

// inPlace changes the limits and the restart policy of running containers of the wanted release. What the
// engine shows counts, not the label, since labels never change.
func (p *planner) inPlace(b *base, cause plan.Cause) (changed bool) {
	want := b.spec.InPlace()
	for _, piece := range b.stock.of(b.release) {
		have := piece.Container.Limits
		if !piece.running() || piece.Container.Restart == "" { // not looked up
			continue
		}
		limits := engine.Limits(want.Limits)
		if have == limits && piece.Container.Restart == want.Restart {
			continue
		}
		if !have.CanBecome(limits) {
			p.out.Notes = append(p.out.Notes, plan.Note{Addr: b.r.Addr,
				Text: "engines cannot lift a limit in place; it goes with the next release"})
			limits = lower(have, limits)
			if have == limits && piece.Container.Restart == want.Restart {
				continue
			}
		}
		changed = true
		name := piece.name()
		p.step(plan.Step{ID: plan.ID(b.r.Addr.String() + "/update/" + name), Addr: b.r.Addr, Op: container.OpUpdate,
			Title: "update " + name + " in place", Cause: cause, Limit: edgeLimit,
			Config:       config(container.UpdateConfig{Name: name, Limits: limits, Restart: want.Restart}),
			Irreversible: "no process is restarted"})
	}
	return changed
}

// lower keeps the limits that cannot be lifted.
func lower(have, want engine.Limits) engine.Limits {
	if want.Memory == 0 {
		want.Memory = have.Memory
	}
	if want.CPUs == 0 {
		want.CPUs = have.CPUs
	}
	if want.PIDs == 0 {
		want.PIDs = have.PIDs
	}
	return want
}
