package image

import (
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/hashicorp/hcl/v2"
)

// Leftovers is the kind once more, in a plan that clears away: it is asked after all others, since the containers that
// are kept keep their images. It must not be nil, as of Kind it takes the schema alone.
type Leftovers struct{ *Kind }

// Diff removes what blocks built for earlier releases of which no container stays. Images without a name are not
// touched: they cannot be told from what somebody built from ours, which has the same labels.
func (Leftovers) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	d := &differ{in: in, facts: FactsOf(in.Observed)}
	removed := container.Removed(in.Done.Steps)
	cause := plan.Cause{Why: "no container is left of its release"}
	for _, r := range in.Resources {
		wanted := d.facts.Contents[r.Addr]
		var names []string
		for _, object := range d.before(r.Addr) {
			gone, stays := d.left(object, removed)
			if stays || object.Name == wanted.Ref || object.ID == wanted.ID || going(in, object.Name) {
				continue
			}
			if more := furtherNames(object); len(more) > 0 {
				d.result.Notes = append(d.result.Notes, plan.Note{Addr: r.Addr, Text: "image " + object.Name + " is kept: it is also called " + quoteList(more, 3)})
				continue
			}
			d.remove(object, cause, gone)
			names = append(names, object.Name)
		}
		if len(names) > 0 {
			d.change(r, plan.Update, "without "+strings.Join(names, ", "), cause)
		}
	}
	return d.result, d.diags
}

// left tells what an image's removal waits for, and whether a container stays that is made from it.
func (d *differ) left(image state.Object, removed map[string]bool) (gone []plan.ID, stays bool) {
	for _, user := range users(d.in.Observed, image) {
		gone = append(gone, plan.GoneID(user.Addr))
		stays = stays || !removed[user.Name]
	}
	slices.Sort(gone)
	return slices.Compact(gone), stays
}

// going tells whether an image is removed anyway.
func going(in kind.Input, name string) bool {
	return slices.ContainsFunc(in.Done.Steps, func(s plan.Step) bool { return s.Op == OpRemove && s.ID == removal(name) })
}

// furtherNames are an image's names beside its own.
func furtherNames(object state.Object) []string {
	image, _ := imageOf(object)
	return slices.DeleteFunc(slices.Clone(image.Tags), func(tag string) bool { return tag == object.Name })
}
