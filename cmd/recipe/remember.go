package main

import (
	"context"
	"encoding/json"
	"os"
	"os/user"
	"slices"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// remember writes down what was applied, for explaining later plans and for history. It does so after a failure
// and an interruption too, and not when the lock is lost: the record is another's by then. A recipe that was
// destroyed leaves none.
func (c *carrier) remember(ctx context.Context, result *apply.Result, ended error) error {
	if c.session.Alive() != nil {
		return nil
	}
	mode := c.planner.options.mode
	if mode == kind.Destroy && ended == nil {
		c.session.DropRecord()
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	kept := *c.made.recorded
	switch {
	case mode == kind.Apply:
		settled(&kept, c.made, result)
	case mode == kind.Destroy && len(result.Done) > 0:
		// As after a whole destroy, jobs run again: what they set up may be gone with its volume.
		kept.Jobs = nil
	}
	for _, s := range c.made.adopts {
		kept.Adopted = append(kept.Adopted, s.origin)
	}
	kept.Edge = edge.InForce(ctx, c.made.Plan, result, kept.Edge, edge.For(c.engine, c.session, c.settings.Edge, true).Edge)
	entry := state.Entry{
		Plan: plan.Digest(c.made.Plan)[:12], By: who(), Revision: c.head.Revision,
		Result: outcome(result, ended), Releases: releases(c.made, result),
	}
	if mode == kind.Rollback && ended == nil {
		entry.Result = "rolled back"
	}
	if entry.Revision != "" && dirty(ctx, c.head.Dir) {
		entry.Revision += "+dirty"
	}
	record.Append(&kept, entry)
	kept = c.head.Moved.Kept(kept)
	return record.Write(ctx, c.session, &kept)
}

// settled notes the resources that now are as the recipe says: those none of whose steps failed, was skipped, or
// was taken back.
func settled(kept *state.Recorded, made *planned, result *apply.Result) {
	open := unsettled(made, result)
	resources, contexts, jobs := map[string]json.RawMessage{}, map[string]state.Manifest{}, map[string]string{}
	contents := image.FactsOf(made.observed).Contents
	for _, r := range made.desired.Resources {
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
		if r.Addr.Kind == "job" && kept.Jobs[name] != "" {
			jobs[name] = kept.Jobs[name]
		}
	}
	for _, o := range made.observed.Objects { // a volume outlives its block, and so does its protection
		if spec, ok := kept.Resources[o.Addr.String()]; ok && o.Type == world.Volume && made.desired.Find(o.Addr) == nil {
			resources[o.Addr.String()] = spec
		}
	}
	for i := range made.Steps {
		step := &made.Steps[i]
		if release := result.Outputs[step.ID]["release"]; step.Addr.Kind == "job" && release != "" {
			jobs[step.Addr.String()] = release
		}
	}
	kept.Resources, kept.Contexts, kept.Jobs = resources, contexts, jobs
}

// unsettled are the resources that are not as the recipe says.
func unsettled(made *planned, result *apply.Result) map[addr.Addr]bool {
	ids, groups, open := map[plan.ID]bool{}, map[string]bool{}, map[addr.Addr]bool{}
	for _, f := range result.Failed {
		open[f.Addr] = true
	}
	for _, id := range result.Skipped {
		ids[id] = true
	}
	for _, back := range result.Reverted {
		groups[back.Group] = true
	}
	for i := range made.Steps {
		if step := &made.Steps[i]; ids[step.ID] || step.Group != "" && groups[step.Group] {
			open[step.Addr] = true
		}
	}
	return open
}

// releases are those that the services were left with: what runs newest and was not stopped, as where the traffic
// went back to what ran before, or what the plan started.
func releases(made *planned, result *apply.Result) map[string]string {
	of, newest, named, gone := map[string]string{}, map[addr.Addr]int{}, map[string]string{}, stopped(made, result)
	for _, o := range made.observed.Objects {
		named[o.Name] = o.Release
		if o.Addr.Kind == "service" && o.Running && !gone[o.Name] && o.Generation > newest[o.Addr] {
			newest[o.Addr] = o.Generation
			of[o.Addr.String()] = o.Release
		}
	}
	open := unsettled(made, result)
	for i := range made.Steps {
		step := &made.Steps[i]
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
	return of
}

// who is the person behind this run, as user@host.
func who() string {
	name := os.Getenv("USER")
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	return name + "@" + hostName()
}

// stopped are the containers that the plan stopped or removed.
func stopped(made *planned, result *apply.Result) map[string]bool {
	names := map[string]bool{}
	for i := range made.Steps {
		step := &made.Steps[i]
		if step.Op != container.OpStop && step.Op != container.OpRemove || !slices.Contains(result.Done, step.ID) {
			continue
		}
		var c container.StopConfig
		if json.Unmarshal(step.Config, &c) == nil {
			names[c.Name] = true
		}
	}
	return names
}
