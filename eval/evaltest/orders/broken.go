package orders

import (
	"math/rand/v2"
	"slices"

	"github.com/deployrecipe/recipe/eval/plan"
)

// Broken is a copy of a plan with one thing changed, and a word for what: mostly one that is wrong now.
func Broken(p *plan.Plan, random *rand.Rand) (*plan.Plan, string) {
	if len(p.Steps) == 0 {
		return p, "nothing"
	}
	broken := copied(p)
	steps := broken.Steps
	if len(broken.Undo) > 0 && random.IntN(4) == 0 {
		return broken, spoil(broken.Undo, random)
	}
	s := &steps[random.IntN(len(steps))]
	switch random.IntN(4) {
	case 0:
		if len(s.Needs) > 0 {
			i := random.IntN(len(s.Needs))
			what := "need of " + string(s.ID) + ": " + string(s.Needs[i])
			s.Needs = slices.Delete(s.Needs, i, i+1)
			return broken, what
		}
	case 1:
		if len(s.Undo) > 0 {
			i := random.IntN(len(s.Undo))
			what := "undo of " + string(s.ID) + ": " + string(s.Undo[i])
			s.Undo = slices.Delete(s.Undo, i, i+1)
			return broken, what
		}
	case 2:
		s.Commit = !s.Commit
		return broken, "commit of " + string(s.ID)
	}
	return broken, spoil(steps, random)
}

// spoil changes the effects of one or two of some steps.
func spoil(steps []plan.Step, random *rand.Rand) string {
	var able []int
	for i := range steps {
		if len(steps[i].Effects) > 0 {
			able = append(able, i)
		}
	}
	if len(able) == 0 {
		return "nothing"
	}
	s, other := &steps[able[random.IntN(len(able))]], &steps[able[random.IntN(len(able))]]
	i, j := random.IntN(len(s.Effects)), random.IntN(len(other.Effects))
	what := string(s.ID) + " " + string(s.Effects[i].Kind)
	if random.IntN(2) == 0 {
		s.Effects = slices.Delete(s.Effects, i, i+1)
		return "effect of " + what
	}
	what += " and " + string(other.ID) + " " + string(other.Effects[j].Kind)
	s.Effects[i], other.Effects[j] = other.Effects[j], s.Effects[i]
	return "effects swapped: " + what
}

// copied shares nothing that is changed here.
func copied(p *plan.Plan) *plan.Plan {
	c := *p
	c.Steps, c.Undo = slices.Clone(p.Steps), slices.Clone(p.Undo)
	for _, list := range [][]plan.Step{c.Steps, c.Undo} {
		for i := range list {
			s := &list[i]
			s.Needs, s.Undo, s.Effects = slices.Clone(s.Needs), slices.Clone(s.Undo), slices.Clone(s.Effects)
		}
	}
	return &c
}
