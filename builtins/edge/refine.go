package edge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/state"
)

// Refine makes sure that the image of an edge which is still to be made can be had, so that a plan says it and not a
// step after others.
func Refine(override string) world.Refine {
	return func(ctx context.Context, r engine.Reader, o *state.Observed, d *state.Desired) error {
		ports := slices.ContainsFunc(d.Resources, func(r *state.Resource) bool { return r.Addr.Kind == "port" })
		if !ports || world.Facts(o).Edge.Exists {
			return nil
		}
		image := Image(d, override)
		_, err := r.Image(ctx, image)
		if !errors.Is(err, engine.ErrNotFound) {
			return err
		}
		if _, err := r.RemoteDigest(ctx, image); err != nil {
			return fmt.Errorf("ports need the edge, whose image %s is not on the engine, and asking its registry failed: %w; load it into the engine, or name another one with RECIPE_PROXY_IMAGE or in a proxy block", image, err)
		}
		return nil
	}
}
