package image

import (
	"bytes"
	"slices"

	"github.com/deployrecipe/recipe/builtins/image/buildcontext"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// lost tells whether an image that the last apply left is not there any more, or its name leads to another one.
func (d *differ) lost(r *state.Resource, c Content) (plan.Drift, bool) {
	drift := plan.Drift{Addr: r.Addr, Object: c.Ref, What: "was removed", Then: "it is built again"}
	if c.taken != "" {
		drift.What = "was given to another image"
		return drift, true
	}
	applied, ok := d.in.Applied(r.Addr)
	manifest, _ := d.recorded(r)
	same := ok && bytes.Equal(applied, r.Spec) && buildcontext.Compare(manifest, c.Manifest).IsEmpty()
	if same { // but the images that it starts from may be others
		for _, old := range d.before(r.Addr) {
			same = same && len(d.fields(r, spec{}, c, old)) == 0
		}
	}
	return drift, same
}

// astray tells of further names of an image that were applied, and that it does not have any more.
func (d *differ) astray(r *state.Resource, missing []string) []plan.Drift {
	applied, ok := d.in.Applied(r.Addr)
	if !ok {
		return nil
	}
	was, err := parseSpec(applied)
	if err != nil {
		return nil
	}
	var drift []plan.Drift
	for _, tag := range missing {
		if slices.Contains(was.Tags, tag) {
			drift = append(drift, plan.Drift{Addr: r.Addr, Object: tag, What: "does not name this image any more", Then: "the name is given back to it"})
		}
	}
	return drift
}
