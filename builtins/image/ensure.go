package image

import (
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// EnsureStep is the step that pulls what a block names as text, "redis:7", and ok is false where the engine has it. The
// step is the same for every block that names the reference, so that a plan needs it once: its ID, which the steps that
// create containers need, is made from the reference.
func EnsureStep(r *state.Resource, ref, platform string, c Content) (step plan.Step, ok bool) {
	if c.ID != "" {
		return plan.Step{ID: pullID(c.Ref)}, false
	}
	step = pullStep(r.Addr, ref, platform, c)
	step.Cause = cause(r, "image", "the engine does not have "+c.Ref)
	return step, true
}

func pullID(ref string) plan.ID { return plan.ID("pull " + ref) }

func pullStep(a addr.Addr, ref, platform string, c Content) plan.Step {
	return plan.Step{
		ID: pullID(c.Ref), Addr: a, Op: OpPull, Title: "pull " + c.Ref, Early: true, Limit: pullLimit, Fetch: &plan.Fetch{Ref: c.Ref},
		Config: plan.Raw(pullConfig{Ref: c.Ref, Tag: ref, Platform: platform}),
	}
}
