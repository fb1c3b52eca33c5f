package network

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/hashicorp/hcl/v2"
)

// The steps on networks.
const (
	OpCreate plan.Op = "network.create" // engine.NetworkSpec
	OpRemove plan.Op = "network.remove" // engine.NetworkSpec, of which the name counts
)

// limit is how long an engine may take to make or remove a network.
const limit = time.Minute

// Diff creates what is missing and removes what nothing wants.
func (Kind) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	var result kind.Result
	var diags hcl.Diagnostics
	if in.Mode.Recalls() {
		return result, nil
	}
	nets := Layout(in.Desired, in.Observed)
	for _, a := range Wanted(in.Desired) {
		r := in.Desired.Find(a)
		if nets[a].Exists {
			diags = append(diags, unchanged(r, nets[a], in.Observed.At(a))...)
			result.Add(otherwise(in, a, in.Observed.At(a)))
			continue
		}
		result.Add(create(in, a, r, nets[a]))
	}
	wanted := Wanted(in.All())
	for _, o := range in.Orphans {
		if !slices.Contains(wanted, o.Addr) {
			result.Add(remove(in, o))
		}
	}
	return result, diags
}

func create(in kind.Input, a addr.Addr, r *state.Resource, n Net) kind.Result {
	spec := engine.NetworkSpec{Name: n.Name, Subnet: n.Subnet, Gateway: Gateway(n.Subnet), Dynamic: Dynamic(n.Subnet)}
	raw := json.RawMessage("{}")
	cause := plan.Cause{Why: "containers that name no network are on it"}
	var drift []plan.Drift
	if r != nil {
		var s Spec
		_ = json.Unmarshal(r.Spec, &s) // of our own making
		spec.Internal, raw = s.Internal, r.Spec
		cause, drift = in.New(r, plan.Drift{Object: n.Name, What: "was removed", Then: "it is made anew"})
	}
	spec.Labels = label.For(in.Desired.Recipe, a, raw)
	back := plan.Step{ID: plan.ID(a.String() + "/undo/remove"), Addr: a, Op: OpRemove, Title: "remove network " + n.Name,
		Group: a.String(), Cause: plan.Cause{Why: "nothing is on it"}, Config: plan.Raw(engine.NetworkSpec{Name: n.Name}), Limit: limit}
	made := kind.Creation(plan.Step{Addr: a, Op: OpCreate, Title: "create network " + n.Name, Group: a.String(), Ancillary: true, Cause: cause,
		Config: plan.Raw(spec), Undo: []plan.ID{back.ID}, Limit: limit}, n.Name+", "+n.Subnet.String())
	made.Undo, made.Drift = []plan.Step{back}, drift
	return made
}

// unchanged refuses what a network cannot change while containers are on it, and one that only has the name.
func unchanged(r *state.Resource, n Net, objects []state.Object) hcl.Diagnostics {
	if !slices.ContainsFunc(objects, func(o state.Object) bool { return o.Name == n.Name }) {
		var at *hcl.Range
		if r != nil {
			at = &r.Range
		}
		return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, at, "A network's name is taken",
			"The engine has a network %s that this recipe did not make. Remove it, or give the recipe or the block another name.", n.Name)}
	}
	if r == nil || len(objects) == 0 || objects[0].Spec == nil {
		return nil
	}
	var want, have Spec
	if json.Unmarshal(r.Spec, &want) != nil || json.Unmarshal(objects[0].Spec, &have) != nil || want == have {
		return nil
	}
	return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, &r.Range, "A network cannot change",
		"Engines cannot change %s while containers are on it. Give the block another name: its services then switch over to the new network, and the old one is removed.", objects[0].Name)}
}

// otherwise tells of a network that is not as its label says, since somebody made it anew: its containers are on it, so it
// cannot be mended in place.
func otherwise(in kind.Input, a addr.Addr, objects []state.Object) (result kind.Result) {
	for _, o := range objects {
		n, ok := o.Data.(engine.Network)
		var made Spec
		if !ok || json.Unmarshal(o.Spec, &made) != nil || n.Internal == made.Internal {
			continue
		}
		if _, known := in.Applied(a); known {
			result.Drift = append(result.Drift, plan.Drift{Addr: a, Object: o.Name, Path: "internal", Applied: plan.Raw(made.Internal),
				Now: plan.Raw(n.Internal), Becomes: plan.Raw(n.Internal)})
		}
		result.Notes = append(result.Notes, plan.Note{Addr: a, Text: fmt.Sprintf(
			"internal is %v in the recipe, and %v of %s on the engine: somebody made it anew. It cannot be changed while containers are on it; give the block another name, and its services switch over to a new one",
			made.Internal, n.Internal, o.Name)})
	}
	return result
}

func remove(in kind.Input, o state.Object) kind.Result {
	cause := in.Gone(o.Addr)
	if o.Addr == Default && in.Mode != kind.Destroy {
		cause = plan.Cause{Why: "nothing that is wanted is on it"}
	}
	var needs []plan.ID
	seen := map[addr.Addr]bool{}
	for _, other := range in.Observed.Objects {
		if other.Type == "container" && !seen[other.Addr] {
			seen[other.Addr] = true
			needs = append(needs, plan.GoneID(other.Addr))
		}
	}
	return kind.Result{
		Changes: []plan.Change{{Addr: o.Addr, Action: plan.Delete, Summary: o.Name, Cause: cause}},
		Steps: []plan.Step{{ID: plan.ID(o.Addr.String() + "/remove"), Addr: o.Addr, Op: OpRemove,
			Title: "remove network " + o.Name, Cause: cause, Needs: needs, Provides: []plan.ID{plan.GoneID(o.Addr)},
			Config: plan.Raw(engine.NetworkSpec{Name: o.Name}), Effects: []plan.Effect{{Kind: plan.Remove, Object: o.Name}}, Limit: limit,
			Irreversible: "nothing is on it"}},
	}
}

// Doers gives what carries out each op.
func Doers(networks engine.Networks) map[plan.Op]kind.Doer {
	return map[plan.Op]kind.Doer{
		OpCreate: kind.DoerOf(func(ctx context.Context, spec engine.NetworkSpec, _ kind.Inputs) (kind.Outputs, error) {
			id, err := networks.CreateNetwork(ctx, spec)
			if errors.Is(err, engine.ErrConflict) {
				return nil, fmt.Errorf("%w; something took its name or its addresses since the plan was made: plan again", err)
			}
			return kind.Outputs{"id": id}, err
		}),
		OpRemove: kind.DoerOf(func(ctx context.Context, spec engine.NetworkSpec, _ kind.Inputs) (kind.Outputs, error) {
			return nil, networks.RemoveNetwork(ctx, spec.Name)
		}),
	}
}
