package container

import (
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Found is an image as a container needs it.
type Found struct {
	// Ref is what the container is made from, Content the digest of what is in it.
	Ref, Content string
	// Ready is the milestone at which the engine has it.
	Ready []plan.ID
}

// ImageFinder finds the image that a service or job names, and the steps that bring it where no image block
// does.
type ImageFinder func(in kind.Input, r *state.Resource, image Image, platform string) (Found, kind.Result, error)
