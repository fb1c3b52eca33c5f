package draw

import "github.com/deployrecipe/recipe/eval/plan"

// Plan draws a plan's steps, in their order, and what each waits for. A milestone is drawn as the steps that provide
// it; one that is reached already is left out.
func Plan(p *plan.Plan) Graph {
	g := Graph{Name: p.Recipe.Name}
	providers := map[plan.ID][]plan.ID{}
	for _, s := range p.Steps {
		providers[s.ID] = append(providers[s.ID], s.ID)
		for _, milestone := range s.Provides {
			providers[milestone] = append(providers[milestone], s.ID)
		}
		g.Nodes = append(g.Nodes, Node{
			ID: string(s.ID), Kind: string(s.Op), Label: s.Title, File: s.Cause.File, Line: s.Cause.Line, Group: s.Group,
		})
	}
	for _, s := range p.Steps {
		for _, need := range s.Needs {
			for _, id := range providers[need] {
				g.Edges = append(g.Edges, Edge{string(s.ID), string(id)})
			}
		}
	}
	g.tidy()
	return g
}
