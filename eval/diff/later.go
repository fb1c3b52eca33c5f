package diff

import (
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
)

// later takes out of a plan what comes after a pause: whatever needs the step that pauses, or needs what would be there
// after it only. What that step provides is there, so those that need no more than that go on. The steps are in order.
func later(p *plan.Plan) {
	if !slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Pauses }) {
		return
	}
	put := map[plan.ID]bool{} // steps that pause or come later, and what only these provide
	var now []plan.Step
	for _, s := range p.Steps {
		if !slices.ContainsFunc(s.Needs, func(id plan.ID) bool { return put[id] }) {
			now = append(now, s)
			put[s.ID] = s.Pauses
			continue
		}
		p.Later = append(p.Later, s)
		put[s.ID] = true
		for _, id := range s.Provides {
			put[id] = true
		}
	}
	if len(p.Later) == 0 {
		return
	}
	p.Steps = now
	acts := map[addr.Addr]bool{}
	for _, s := range now {
		acts[s.Addr] = true
	}
	waits := map[addr.Addr]bool{}
	for _, s := range p.Later {
		waits[s.Addr] = true
	}
	p.Changes = slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return waits[c.Addr] && !acts[c.Addr] })
}
