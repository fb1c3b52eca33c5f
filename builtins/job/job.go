// Package job is the job block: a container that runs to completion, once per release.
//
// What makes a job's release is the same as for a service: its arguments and the content of its image. The
// container of a job that ended well stays on the engine as the evidence that the release's job is done;
// the record of the last apply says it too, for when somebody prunes stopped containers.
package job

import (
	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Kind is the job block.
type Kind struct {
	Image container.ImageFinder
}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	args := append(container.Args(), schema.Arg{Name: "timeout", Type: schema.Dur(), Default: `"10m"`, Change: schema.PlanOnly,
		Doc: "How long the job may take before it is killed and counts as failed."})
	return &schema.Block{Name: "job", Label: "name", Resource: true, Args: args, Blocks: container.Blocks(),
		Doc: "A container that runs to completion, once per release: a migration, a warm-up. It runs when its image or arguments differ from those it ran with last.",
	}
}

// Renewable says that jobs have releases.
func (Kind) Renewable() {}

// Export has nothing to compute.
func (Kind) Export(kind.Instance, string) (cty.Value, hcl.Diagnostics) { return cty.NilVal, nil }

// Validate finds what is wrong beyond the types.
func (Kind) Validate(r *state.Resource, _ *state.Desired) hcl.Diagnostics {
	_, diags := container.Validate(r)
	return diags
}
