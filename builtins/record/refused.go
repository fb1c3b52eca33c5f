package record

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/gate"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// maxWhy is how much of a reason is kept, in bytes.
const maxWhy = 300

// Refused are the releases that were found unfit and taken back: a container did not become healthy or ended, a gate
// refused, or somebody reverted. What the engine or the edge could not do says nothing of a release.
func (a Applied) Refused(mode kind.Mode) map[string]state.Refusal {
	if mode == kind.Revert {
		return a.takenBack()
	}
	refused := map[string]state.Refusal{}
	for _, back := range a.Result.Reverted {
		why, ok := a.unfit(back.Group)
		if !ok {
			continue
		}
		for _, c := range a.Plan.Changes {
			if c.Releases() && a.acts(back.Group, c) {
				refused[c.Addr.String()] = state.Refusal{Release: c.Release, Why: why}
			}
		}
	}
	return refused
}

// unfit is why a group's release was found unfit.
func (a Applied) unfit(group string) (why string, ok bool) {
	for _, f := range a.Result.Failed {
		var unhealthy *container.UnhealthyError
		var refused *gate.RefusedError
		if f.Undo || !errors.As(f, &unhealthy) && !errors.As(f, &refused) {
			continue
		}
		if slices.ContainsFunc(a.Plan.Steps, func(s plan.Step) bool { return s.ID == f.Step && s.Group == group }) {
			return line(f), true
		}
	}
	return "", false
}

// line tells of a failure in one line.
func line(f *apply.StepError) string {
	text, _, _ := strings.Cut(f.Err.Error(), "\n")
	if !strings.HasPrefix(text, "gate") && strings.HasPrefix(f.Title, "gate") {
		text = f.Title + ": " + text
	}
	if len(text) > maxWhy {
		text = text[:maxWhy] + "..."
	}
	return strings.ToValidUTF8(text, "")
}

// acts tells whether a group's steps have to do with what changes.
func (a Applied) acts(group string, c plan.Change) bool {
	return slices.ContainsFunc(a.Plan.Steps, func(s plan.Step) bool { return s.Group == group && s.Addr == c.Addr })
}

// takenBack are the releases whose containers a revert stopped.
func (a Applied) takenBack() map[string]state.Refusal {
	refused, left, gone := map[string]state.Refusal{}, a.Releases(), map[string]bool{}
	for i := range a.Plan.Steps {
		step := &a.Plan.Steps[i]
		var c container.StopConfig
		if (step.Op == container.OpStop || step.Op == container.OpRemove) && json.Unmarshal(step.Config, &c) == nil && slices.Contains(a.Result.Done, step.ID) {
			gone[c.Name] = true
		}
	}
	for _, o := range a.Observed.Objects {
		if name := o.Addr.String(); o.Addr.Kind == "service" && o.Running && gone[o.Name] && left[name] != "" && left[name] != o.Release {
			refused[name] = state.Refusal{Release: o.Release, Why: "somebody took it back with \"recipe revert\""}
		}
	}
	return refused
}
