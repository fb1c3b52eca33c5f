package service

import (
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// orphans removes the containers of services that the recipe no longer has, once no route leads to them.
func (p *planner) orphans() {
	p.out.Add(removals(p.in, []plan.ID{switchover.Routed, switchover.Dropped}))
}

// removals stops and removes all orphans, each after needs.
func removals(in kind.Input, needs []plan.ID) kind.Result {
	var result kind.Result
	stocks := gather(in.Observed)
	seen := map[addr.Addr]bool{}
	for _, o := range in.Orphans {
		if o.Type != "container" || seen[o.Addr] {
			continue
		}
		seen[o.Addr] = true
		pieces := slices.Concat(stocks[o.Addr].all, stocks[o.Addr].failed)
		cause := in.Gone(o.Addr)
		result.Changes = append(result.Changes, plan.Change{Addr: o.Addr, Action: plan.Delete, Summary: count(len(pieces), "container"), Cause: cause})
		for _, piece := range pieces {
			result.Steps = append(result.Steps, removal(o.Addr, piece, cause, needs))
		}
	}
	return result
}

func removal(a addr.Addr, piece piece, cause plan.Cause, needs []plan.ID) plan.Step {
	stop := container.StopConfig{Name: piece.name(), Timeout: state.Duration(defaultStop)}
	if spec, err := container.Parse(piece.Object.Spec); err == nil && piece.Object.Spec != nil {
		stop = stopOf(piece.name(), spec)
	}
	var effects []plan.Effect
	if piece.running() {
		effects = append(effects, plan.Effect{Kind: plan.Stop, Instance: piece.name()})
	}
	return plan.Step{ID: plan.ID(a.String() + "/remove/" + piece.name()), Addr: a, Op: container.OpRemove,
		Title: "remove " + piece.name(), Cause: cause, Needs: needs, Provides: []plan.ID{plan.GoneID(a)},
		Config:  plan.Raw(container.RemoveConfig(stop)),
		Effects: append(effects, plan.Effect{Kind: plan.Remove, Object: piece.name()}),
		Limit:   stop.Timeout.Std() + ensureLimit, Irreversible: "its image and volumes stay"}
}

// destroy closes the recipe's doors and removes all its containers.
func (k Kind) destroy(in kind.Input) kind.Result {
	cause := plan.Cause{Why: "the recipe is destroyed"}
	var result kind.Result
	known := world.Facts(in.Observed)
	site := known.Site(in.Desired.Recipe.Name)
	// An apply that failed early may have left an edge that no recipe came to use.
	unused := known.Edge.Exists && known.Edge.Problem == nil && len(known.Edge.Sites) == 0
	// Somebody may have removed its container: the recipe may be in the files that are left.
	left := known.Edge.Left && len(in.Observed.Objects) > 0
	if site != nil || unused || left {
		title, from := "leave the edge", proxy.Site{Recipe: in.Desired.Recipe.Name}
		switch {
		case left:
			title = "leave the files of the edge, whose container is gone"
		case unused:
			title = "remove the edge, which no recipe uses"
			result.Changes = append(result.Changes, plan.Change{Addr: edgeAddr, Action: plan.Delete, Summary: k.Edge, Cause: plan.Cause{Why: "no recipe uses it"}})
		default:
			from = *site
		}
		steps := leaving(&from, known, title, cause, "the recipe is destroyed", k.Edge)
		for _, g := range from.Groups {
			steps[0].Effects = append(steps[0].Effects, plan.Effect{Kind: plan.Remove, Group: g.Name, Object: g.Name})
		}
		result.Steps = append(result.Steps, steps...)
	}
	result.Add(removals(in, []plan.ID{switchover.Dropped}))
	return result
}
