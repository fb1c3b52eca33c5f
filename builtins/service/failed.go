package service

import "github.com/deployrecipe/recipe/eval/plan"

// looked removes what was kept for a look of releases that were taken back: whoever applies has had theirs.
func (p *planner) looked() {
	for _, r := range p.in.Resources {
		for _, piece := range p.stocks[r.Addr].failed {
			step := removal(r.Addr, piece, plan.Cause{Why: "it was kept for a look since its release was taken back"}, nil)
			step.Housekeeping, step.Provides = true, nil
			p.out.Steps = append(p.out.Steps, step)
		}
	}
}
