package service

import (
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/plan"
)

// differsInPlace tells whether a running container of the wanted release has other limits or another restart
// policy. What the engine shows counts, not the label, since labels never change.
func (b *base) differsInPlace() bool {
	for _, piece := range b.stock.of(b.release) {
		if b.stays(piece) && piece.Container.Restart != "" && b.settled(piece) != b.held(piece) {
			return true
		}
	}
	return false
}

// stays tells whether a container of the wanted release runs and is not one too many.
func (b *base) stays(piece piece) bool { return piece.running() && piece.index <= b.spec.Replicas() }

// held is what the engine shows, settled what it can be brought to: a limit can be changed in place, not lifted.
func (b *base) held(piece piece) container.UpdateConfig {
	return container.UpdateConfig{Name: piece.name(), Limits: piece.Container.Limits, Restart: piece.Container.Restart}
}

func (b *base) settled(piece piece) container.UpdateConfig {
	want := b.spec.InPlace()
	return container.UpdateConfig{Name: piece.name(), Limits: lower(piece.Container.Limits, want.Limits), Restart: want.Restart}
}

// inPlace changes the limits and the restart policy of running containers of the wanted release, and names them.
func (p *planner) inPlace(b *base, cause plan.Cause) (changed []string) {
	var lifted []string
	for _, piece := range b.stock.of(b.release) {
		if !b.stays(piece) || piece.Container.Restart == "" { // not looked up
			continue
		}
		if !piece.Container.Limits.CanBecome(b.spec.InPlace().Limits) {
			lifted = append(lifted, piece.name())
		}
		settled := b.settled(piece)
		if settled == b.held(piece) {
			continue
		}
		changed = append(changed, piece.name())
		p.step(plan.Step{ID: plan.ID(b.r.Addr.String() + "/update/" + piece.name()), Addr: b.r.Addr, Op: container.OpUpdate,
			Title: "update " + piece.name() + " in place", Cause: cause, Limit: edgeLimit,
			Runs:   []plan.Use{{Name: piece.name(), Memory: settled.Limits.Memory}},
			Config: plan.Raw(settled), Irreversible: "no process is restarted"})
	}
	if len(lifted) > 0 {
		p.out.Notes = append(p.out.Notes, plan.Note{Addr: b.r.Addr, Text: strings.Join(lifted, ", ") +
			" keeps a limit that the recipe does not set: engines cannot lift one in place; it goes with the next release"})
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
