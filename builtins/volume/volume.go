// Package volume is the volume block: data that outlives every release, and the recipe too.
package volume

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Kind is the volume block.
type Kind struct{}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	return &schema.Block{Name: "volume", Label: "name", Resource: true,
		Doc: "Data that outlives every release. A volume is never removed because its block is gone: only by prune --volumes or destroy --volumes, and never while it is protected.",
		Args: []schema.Arg{
			{Name: "protect", Type: schema.Boolean(), Default: "false", Change: schema.PlanOnly, Doc: "Makes any plan that would remove the volume an error."},
			{Name: "driver", Type: schema.Str(), Doc: "The engine's volume driver; its local one without it."},
			{Name: "options", Type: schema.MapOf(schema.Str()), Doc: "Options of the driver."},
		},
		Exports: []schema.Export{{Name: "name", Doc: "The volume's real name on the engine."}},
	}
}

// Export computes the volume's name.
func (Kind) Export(self kind.Instance, _ string) (cty.Value, hcl.Diagnostics) {
	return cty.StringVal(self.Recipe().ObjectName(self.Addr())), nil
}

// Validate has nothing to add to the types.
func (Kind) Validate(*state.Resource, *state.Desired) hcl.Diagnostics { return nil }

// Spec is the block as state.Resource.Spec holds it.
type Spec struct {
	Protect bool              `json:"protect,omitempty"`
	Driver  string            `json:"driver,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// The steps on volumes.
const (
	OpCreate plan.Op = "volume.create" // engine.VolumeSpec
	OpRemove plan.Op = "volume.remove" // engine.VolumeSpec, of which the name counts
	// OpProtect changes nothing on the engine, where labels stay as they are: that it is done is what the record
	// of an apply tells a later destroy. Its config is an engine.VolumeSpec, of which the name counts.
	OpProtect plan.Op = "volume.protect"
)

const limit = time.Minute

// Diff creates what is missing. What nothing wants is listed, and removed only when asked for.
func (Kind) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	var result kind.Result
	var diags hcl.Diagnostics
	if in.Mode.Recalls() {
		return result, nil
	}
	for _, r := range in.Resources {
		if have := in.Observed.At(r.Addr); len(have) > 0 {
			diags = append(diags, unchanged(r, have[0])...)
			result.Add(protect(in, r, have[0]))
		} else {
			result.Add(create(in, r))
		}
	}
	for _, o := range in.Orphans {
		result.Add(orphan(in, o))
	}
	return result, diags
}

// unchanged refuses what a volume that stands cannot become.
func unchanged(r *state.Resource, o state.Object) hcl.Diagnostics {
	var want, have Spec
	if o.Spec == nil || json.Unmarshal(r.Spec, &want) != nil || json.Unmarshal(o.Spec, &have) != nil ||
		want.Driver == have.Driver && maps.Equal(want.Options, have.Options) {
		return nil
	}
	return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, &r.Range, "A volume cannot change",
		"Engines cannot change the driver or the options of %s. Give the block another name and move the data, or put back what the volume was made with.", o.Name)}
}

func create(in kind.Input, r *state.Resource) kind.Result {
	recipe := in.Desired.Recipe
	var s Spec
	_ = json.Unmarshal(r.Spec, &s) // of our own making
	name := recipe.ObjectName(r.Addr)
	config := plan.Raw(engine.VolumeSpec{Name: name, Driver: s.Driver, Options: s.Options,
		Labels: label.For(recipe, r.Addr, r.Spec)})
	cause, drift := in.New(r, plan.Drift{Object: name, What: "was removed", Then: "an empty one is made"})
	made := kind.Creation(plan.Step{Addr: r.Addr, Op: OpCreate, Title: "create volume " + name, Cause: cause, Config: config,
		Limit: limit, Irreversible: "a volume is never removed by itself"}, name)
	made.Drift = drift
	return made
}

// protected tells whether a volume is known to be protected: by the last apply, or where there is no record of that,
// by how the volume was made.
func protected(in kind.Input, o state.Object) bool {
	var s Spec
	_ = json.Unmarshal(o.Spec, &s) // a lost label is no protection
	if in.Recorded != nil {
		if last, ok := in.Recorded.Resources[o.Addr.String()]; ok {
			s = Spec{}
			_ = json.Unmarshal(last, &s)
		}
	}
	return s.Protect
}

// protect has the record tell that a volume is protected now, or is not any more.
func protect(in kind.Input, r *state.Resource, o state.Object) kind.Result {
	var want Spec
	if json.Unmarshal(r.Spec, &want) != nil || want.Protect == protected(in, o) {
		return kind.Result{}
	}
	title := "protect volume " + o.Name
	if !want.Protect {
		title += " no more"
	}
	cause := plan.CauseOf("protect", r.Sources)
	if cause.File == "" {
		cause = plan.At(cause.Why, r.Range)
	}
	return kind.Result{
		Changes: []plan.Change{{Addr: r.Addr, Action: plan.Update, Summary: o.Name, Cause: cause,
			Fields: []plan.Field{{Path: "protect", Before: plan.Raw(!want.Protect), After: plan.Raw(want.Protect), Cause: cause}}}},
		Steps: []plan.Step{{ID: plan.ID(r.Addr.String() + "/protect"), Addr: r.Addr, Op: OpProtect, Title: title, Cause: cause,
			Config: plan.Raw(engine.VolumeSpec{Name: o.Name}), Limit: limit, Irreversible: "it is in the record alone"}},
	}
}

func orphan(in kind.Input, o state.Object) kind.Result {
	safe := protected(in, o)
	switch {
	case in.Mode == kind.Apply && in.Volumes:
		return kind.Result{} // Leftovers decides, when it is known which containers stay
	case in.Mode != kind.Destroy || !in.Volumes || safe:
		return kind.Result{Notes: []plan.Note{kept(o, safe)}}
	}
	return removal(in, o, plan.Cause{Why: "the recipe is destroyed with its volumes"})
}

// kept notes a volume that stays though nothing declares it.
func kept(o state.Object, protected bool) plan.Note {
	text := "volume " + o.Name + " is kept"
	if protected {
		text += ": it is protected; docker volume rm " + o.Name + " removes it for good"
	} else {
		text += "; prune --volumes or destroy --volumes removes it"
	}
	return plan.Note{Addr: o.Addr, Text: text}
}

func removal(in kind.Input, o state.Object, cause plan.Cause) kind.Result {
	var needs []plan.ID
	for _, other := range in.Observed.Objects {
		if other.Type == "container" {
			needs = append(needs, plan.GoneID(other.Addr))
		}
	}
	slices.Sort(needs)
	config := plan.Raw(engine.VolumeSpec{Name: o.Name})
	return kind.Result{
		Changes: []plan.Change{{Addr: o.Addr, Action: plan.Delete, Summary: o.Name + " and all data in it", Cause: cause}},
		Steps: []plan.Step{{ID: plan.ID(o.Addr.String() + "/remove"), Addr: o.Addr, Op: OpRemove,
			Title: "remove volume " + o.Name, Cause: cause, Needs: slices.Compact(needs), Config: config,
			Effects: []plan.Effect{{Kind: plan.Remove, Object: o.Name, Protected: protected(in, o)}},
			Limit:   limit, Irreversible: "data that is gone does not come back"}},
	}
}

// Doers gives what carries out each op.
func Doers(volumes engine.Volumes) map[plan.Op]kind.Doer {
	return map[plan.Op]kind.Doer{
		OpCreate: kind.DoerOf(func(ctx context.Context, spec engine.VolumeSpec, _ kind.Inputs) (kind.Outputs, error) {
			return nil, volumes.CreateVolume(ctx, spec)
		}),
		OpProtect: kind.DoerOf(func(context.Context, engine.VolumeSpec, kind.Inputs) (kind.Outputs, error) {
			return nil, nil
		}),
		OpRemove: kind.DoerOf(func(ctx context.Context, spec engine.VolumeSpec, _ kind.Inputs) (kind.Outputs, error) {
			return nil, volumes.RemoveVolume(ctx, spec.Name)
		}),
	}
}
