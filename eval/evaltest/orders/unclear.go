package orders

import (
	"fmt"

	"github.com/deployrecipe/recipe/eval/plan"
)

// event is that a step's progress has come to a number.
type event struct{ step, at int }

// unclear lists what leaves to chance what stands: things that are changed, or whose change is undone, by steps that
// have no order, and things that a way back changes without having all steps that do.
func (g *game) unclear() []string {
	list := append([]string(nil), g.cast.strange...)
	events := map[string][]event{}
	undoers := map[string]map[string]bool{} // thing -> groups that take it back
	for i := range g.plan.Steps {
		s := &g.plan.Steps[i]
		for j := range s.Effects {
			for _, thing := range g.about(&s.Effects[j]) {
				events[thing] = append(events[thing], event{i, j + 2})
			}
		}
		for _, id := range s.Undo {
			undo := g.graph.Undo(id)
			for j := range undo.Effects {
				for _, thing := range g.about(&undo.Effects[j]) {
					if s.Group == "" {
						continue
					}
					events[thing] = append(events[thing], event{i, 1})
					if undoers[thing] == nil {
						undoers[thing] = map[string]bool{}
					}
					undoers[thing][s.Group] = true
				}
			}
		}
	}
	after := g.closure()
	for thing, all := range events {
		for i, x := range all {
			for group := range undoers[thing] {
				if x.at > 1 && g.plan.Steps[x.step].Group != group {
					list = append(list, fmt.Sprintf("%s is taken back with %s alone", thing, group))
				}
			}
			for _, y := range all[:i] {
				if x.step != y.step && !after[x.step][y.step] && !after[y.step][x.step] {
					list = append(list, fmt.Sprintf("%s: %s and %s have no order", thing, g.plan.Steps[x.step].ID, g.plan.Steps[y.step].ID))
				}
			}
		}
	}
	return list
}

// closure tells for each step which ones come before it in every order.
func (g *game) closure() []map[int]bool {
	before := make([]map[int]bool, len(g.plan.Steps))
	var visit func(int) map[int]bool
	visit = func(step int) map[int]bool {
		if before[step] != nil {
			return before[step]
		}
		all := map[int]bool{}
		for _, need := range g.needs[step] {
			all[need] = true
			for further := range visit(need) {
				all[further] = true
			}
		}
		before[step] = all
		return all
	}
	for step := range before {
		visit(step)
	}
	return before
}

// about names what an effect changes.
func (g *game) about(e *plan.Effect) (things []string) {
	switch e.Kind {
	case plan.Start, plan.Passed, plan.Stop:
		return []string{"run " + e.Instance}
	case plan.Ready, plan.Drained:
		return []string{"server " + e.Instance + " of " + e.Group}
	case plan.Hold, plan.Release:
		return []string{"hold " + e.Group}
	case plan.Weight:
		for _, door := range g.cast.doorsOf(e.Group, "") {
			things = append(things, fmt.Sprint("door ", door))
		}
	case plan.Remove:
		if e.Group != "" {
			for _, door := range g.cast.doorsOf(e.Group, e.Service) {
				things = append(things, fmt.Sprint("door ", door))
			}
		}
	}
	return things
}
