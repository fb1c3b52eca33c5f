package edge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/plan"
)

// An Update writes first and tells the running proxy after. One that was killed between the two leaves a proxy that
// does not do what is written, which nobody who only reads can see. So an apply that came to its end keeps on the edge
// what it saw in force, and the next plan compares.

// Digest tells sites apart; it is empty for one that holds nothing.
func Digest(site proxy.Site) string {
	if site.Empty() {
		return ""
	}
	data, err := json.Marshal(site.Normal())
	if err != nil {
		panic("a site always has a JSON form: " + err.Error()) // names, numbers and addresses
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}

// Changes tells whether steps of an op bring the running proxy in line with what is written.
func Changes(op plan.Op) bool {
	return slices.Contains([]plan.Op{OpPrepare, OpShift, OpStand, OpHold, OpDrain, OpPause, OpRoutes, OpMaintenance, OpDrop, OpReset, OpRemove}, op)
}

// Kept is what an apply keeps of a site that it saw in force.
func Kept(site proxy.Site) world.InForce {
	return world.InForce{Digest: Digest(site), Ports: site.Normal().Ports}
}

// InForce is what an apply keeps on the edge: its recipe's site among those that the edge has now, if some step made
// the proxy do what is written, and none failed to; else what was kept before, or nothing.
func InForce(ctx context.Context, p *plan.Plan, result *apply.Result, before world.InForce, edge proxy.Reader) world.InForce {
	ops := map[plan.ID]plan.Op{}
	for _, steps := range [][]plan.Step{p.Steps, p.Undo} {
		for i := range steps {
			ops[steps[i].ID] = steps[i].Op
		}
	}
	if slices.ContainsFunc(result.Failed, func(f *apply.StepError) bool { return Changes(ops[f.Step]) }) {
		return world.InForce{}
	}
	if !slices.ContainsFunc(result.Done, func(id plan.ID) bool { return Changes(ops[id]) }) {
		return before
	}
	sites, err := edge.Sites(ctx)
	if err != nil {
		return world.InForce{} // the next apply sees to it
	}
	for _, site := range sites {
		if site.Recipe == p.Recipe.Name {
			return Kept(site)
		}
	}
	return world.InForce{}
}

// Keep writes down beside the edge's files what an apply saw in force, or with a zero one that nothing is known to be.
// Whoever wrote no other files need not write this one.
func Keep(ctx context.Context, session Session, recipe string, kept world.InForce) error {
	name := world.InForceDir + "/" + recipe
	if kept.Digest == "" {
		return session.WriteFiles(ctx, helper.EdgeDir, nil, name)
	}
	return session.WriteFiles(ctx, helper.EdgeDir, []helper.File{{Path: name, Data: append(plan.Raw(kept), '\n'), Mode: 0o644}})
}
