package record

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Applied is a plan that was carried out, whole or in part: what a record of it is made of.
type Applied struct {
	Plan     *plan.Plan
	Desired  *state.Desired
	Observed *state.Observed
	// Recorded is what was known before, nil for nothing.
	Recorded *state.Recorded
	Result   *apply.Result
}

// Settle notes the resources that now are as the recipe says: those none of whose steps failed, was skipped, or
// was taken back.
func (a Applied) Settle(kept *state.Recorded) {
	open := a.unsettled()
	left := map[addr.Addr]bool{}
	if a.Plan.Scope != nil {
		for _, out := range a.Plan.Scope.LeftOut {
			open[out], left[out] = true, true
		}
	}
	resources, contexts, jobs := map[string]json.RawMessage{}, map[string]state.Manifest{}, map[string]string{}
	contents := image.FactsOf(a.Observed).Contents
	for _, r := range a.Desired.Resources {
		isOpen := func(a addr.Addr) bool { return open[a] }
		if r.Addr.Kind == "port" && (open[addr.New("proxy", "edge")] || slices.ContainsFunc(r.Needs, isOpen)) {
			open[r.Addr] = true // a port has no steps of its own: it opens with what it leads to
		}
		name := r.Addr.String()
		source := *kept
		if !open[r.Addr] {
			source = state.Recorded{
				Resources: map[string]json.RawMessage{name: r.Spec},
				Contexts:  map[string]state.Manifest{name: contents[r.Addr].Manifest},
			}
		}
		if spec, ok := source.Resources[name]; ok {
			resources[name] = spec
		}
		if manifest := source.Contexts[name]; len(manifest) > 0 {
			contexts[name] = manifest
		}
		if release := a.ran(kept, r.Addr); release != "" {
			jobs[name] = release
		}
	}
	for name, spec := range kept.Resources { // what stands and was left out, wanted or not
		if at, err := addr.Parse(name); err == nil && left[at] {
			resources[name] = spec
		}
	}
	for _, o := range a.Observed.Objects { // a volume outlives its block, and so does its protection
		if spec, ok := kept.Resources[o.Addr.String()]; ok && o.Type == "volume" && a.Desired.Find(o.Addr) == nil {
			resources[o.Addr.String()] = spec
		}
	}
	for i := range a.Plan.Steps {
		step := &a.Plan.Steps[i]
		if release := a.Result.Outputs[step.ID]["release"]; step.Addr.Kind == "job" && release != "" {
			jobs[step.Addr.String()] = release
		}
	}
	kept.Resources, kept.Contexts, kept.Jobs = resources, contexts, jobs
	kept.Values = a.values(kept.Values, open)
	kept.Left = a.left(kept.Left, open)
}

// left are the limits of running containers whose services set none: those of an earlier apply, which engines cannot
// lift in place, or somebody else's. Both stay, and what a later plan finds beyond them is new.
func (a Applied) left(before map[string]json.RawMessage, open map[addr.Addr]bool) map[string]json.RawMessage {
	left := map[string]json.RawMessage{}
	for _, o := range a.Observed.Objects {
		c, ok := o.Data.(engine.Container)
		r := a.Desired.Find(o.Addr)
		if !ok || !o.Running || r == nil || r.Addr.Kind != "service" {
			continue
		}
		spec, err := container.Parse(r.Spec)
		if err != nil || open[o.Addr] {
			if was, ok := before[o.Name]; ok {
				left[o.Name] = was
			}
			continue
		}
		if beyond := c.Limits.Beyond(spec.InPlace().Limits); beyond != (engine.Limits{}) {
			left[o.Name] = plan.Raw(beyond)
		}
	}
	return left
}

// Decided notes the services whose switchover somebody had go on or back: each is now as its containers tell that serve.
func (a Applied) Decided(kept *state.Recorded) {
	open, left := a.unsettled(), a.Releases()
	acts := map[addr.Addr]bool{}
	for i := range a.Plan.Steps {
		acts[a.Plan.Steps[i].Addr] = true
	}
	resources := maps.Clone(kept.Resources)
	for _, o := range a.Observed.Objects {
		if acts[o.Addr] && !open[o.Addr] && o.Addr.Kind == "service" && o.Spec != nil && left[o.Addr.String()] == o.Release {
			if resources == nil {
				resources = map[string]json.RawMessage{}
			}
			resources[o.Addr.String()] = o.Spec
		}
	}
	kept.Resources = resources
}

// unsettled are the resources that are not as the recipe says.
func (a Applied) unsettled() map[addr.Addr]bool {
	ids, groups, open := map[plan.ID]bool{}, map[string]bool{}, map[addr.Addr]bool{}
	for _, f := range a.Result.Failed {
		open[f.Addr] = true
	}
	for _, id := range a.Result.Skipped {
		ids[id] = true
	}
	for _, back := range a.Result.Reverted {
		groups[back.Group] = true
	}
	for _, group := range a.Result.Paused {
		groups[group] = true
	}
	for i := range a.Plan.Steps {
		if step := &a.Plan.Steps[i]; ids[step.ID] || step.Group != "" && groups[step.Group] {
			open[step.Addr] = true
		}
	}
	return open
}

// Releases are those that the services were left with: what the plan led to, or else what runs and was not stopped. Of
// several it is the one that the apply before left, since a switchover away from it has not come to its end, or else the
// newest.
func (a Applied) Releases() map[string]string {
	of, newest, named, gone := map[string]string{}, map[addr.Addr]int{}, map[string]string{}, a.stopped()
	var before map[string]string
	if a.Recorded != nil && len(a.Recorded.History) > 0 {
		before = a.Recorded.History[len(a.Recorded.History)-1].Releases
	}
	for _, o := range a.Observed.Objects {
		named[o.Name] = o.Release
		if o.Addr.Kind != "service" || !o.Running || gone[o.Name] {
			continue
		}
		name := o.Addr.String()
		if before[name] == o.Release || o.Generation > newest[o.Addr] && (of[name] == "" || of[name] != before[name]) {
			newest[o.Addr] = o.Generation
			of[name] = o.Release
		}
	}
	open := a.unsettled()
	for i := range a.Plan.Steps {
		step := &a.Plan.Steps[i]
		if step.Addr.Kind != "service" || open[step.Addr] {
			continue
		}
		release := ""
		switch step.Op {
		case container.OpCreate:
			var c container.CreateConfig
			if json.Unmarshal(step.Config, &c) == nil {
				release = c.Spec.Labels[label.Release]
			}
		case container.OpStart:
			var c container.StartConfig
			if json.Unmarshal(step.Config, &c) == nil {
				release = named[c.Name]
			}
		}
		if release != "" {
			of[step.Addr.String()] = release
		}
	}
	for _, c := range a.Plan.Changes { // a release that stood by takes over without being started
		if c.Action == plan.Replace && c.Release != "" && !open[c.Addr] {
			of[c.Addr.String()] = c.Release
		}
	}
	return of
}

// stopped are the containers that the plan stopped or removed.
func (a Applied) stopped() map[string]bool {
	names := map[string]bool{}
	for i := range a.Plan.Steps {
		step := &a.Plan.Steps[i]
		if step.Op != container.OpStop && step.Op != container.OpRemove || !slices.Contains(a.Result.Done, step.ID) {
			continue
		}
		var c container.StopConfig
		if json.Unmarshal(step.Config, &c) == nil {
			names[c.Name] = true
		}
	}
	return names
}

// values are what the resources were made of. Of one that is not as the recipe says it stays what was before, also
// where others that are read the same.
func (a Applied) values(before map[string]json.RawMessage, open map[addr.Addr]bool) map[string]json.RawMessage {
	values := a.Desired.Values()
	var rest state.Desired
	for _, r := range a.Desired.Resources {
		if open[r.Addr] {
			rest.Resources = append(rest.Resources, r)
		}
	}
	for name := range rest.Values() {
		delete(values, name)
		if was, ok := before[name]; ok {
			values[name] = was
		}
	}
	return values
}

// ran is the release of a job that was done before the plan: as recorded, or as the containers that started after it said,
// which the plan may have removed.
func (a Applied) ran(kept *state.Recorded, of addr.Addr) string {
	if of.Kind != "job" {
		return ""
	}
	if release := kept.Jobs[of.String()]; release != "" || len(a.Observed.At(of)) > 0 {
		return release
	}
	return label.Witnessed(a.Observed, a.Desired.Recipe.Moved, of)
}
