package image

import (
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/hashicorp/hcl/v2"
)

// stepPath is where a step stands in a spec.
func stepPath(step int) string { return "steps." + strconv.Itoa(step) }

// rangeOf finds where a value of the spec was written: the first of what stands at or below the path, the block where
// nothing is known of it.
func rangeOf(r *state.Resource, path string) hcl.Range {
	if source, ok := r.Sources[path]; ok && path != "" {
		return source.Range
	}
	var first *hcl.Range
	for at, source := range r.Sources {
		if path == "" || !strings.HasPrefix(at, path+".") {
			continue
		}
		if first == nil || source.Range.Start.Byte < first.Start.Byte {
			rng := source.Range
			first = &rng
		}
	}
	if first == nil {
		return r.Range
	}
	return *first
}

// cause says why, with the place of a path.
func cause(r *state.Resource, path, why string) plan.Cause {
	c := plan.At(why, rangeOf(r, path))
	c.Links = r.Sources[path].Links()
	return c
}
