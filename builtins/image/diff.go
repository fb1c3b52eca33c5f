package image

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/hashicorp/hcl/v2"
)

// The limits of the steps are for a builder that hangs, not for a slow one.
const (
	buildLimit  = time.Hour
	pullLimit   = 30 * time.Minute
	removeLimit = 5 * time.Minute
)

// Diff decides which images must be built, pulled, named or removed, from what Refine found out. Going back to an
// earlier release needs none of that: its containers kept their image.
func (k *Kind) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	if in.Mode.Recalls() {
		return kind.Result{}, nil
	}
	d := &differ{in: in, facts: FactsOf(in.Observed)}
	for _, r := range in.Resources {
		d.resource(r)
	}
	d.orphans()
	return d.result, d.diags
}

type differ struct {
	in     kind.Input
	facts  *Facts
	result kind.Result
	diags  hcl.Diagnostics
}

func (d *differ) resource(r *state.Resource) {
	if err := d.facts.Problems[r.Addr]; err != nil {
		d.diags = append(d.diags, d.problem(r, err))
		return
	}
	c, ok := d.facts.Contents[r.Addr]
	if !ok {
		d.diags = append(d.diags, diag.Errorf(diag.Internal, &r.Range, "Internal error", "The content of %s was not computed before planning. Please report it.", r.Addr))
		return
	}
	s, err := parseSpec(r.Spec)
	if err != nil {
		d.diags = append(d.diags, diag.FromError(diag.InvalidValue, err, &r.Range))
		return
	}
	for _, ref := range c.Newer {
		d.result.Notes = append(d.result.Notes, plan.Note{Addr: r.Addr, Text: fmt.Sprintf("%s has a newer image, taken with --upgrade", ref)})
	}
	switch {
	case s.Pull != "" && c.ID == "":
		d.pull(r, s, c)
	case s.Pull == "" && c.ID == "":
		if d.supported(r, c) {
			d.build(r, s, c)
		}
	default:
		d.tag(r, s, c)
	}
}

// problem puts what Refine could not find out into words, at the block's instruction where it is one's.
func (d *differ) problem(r *state.Resource, err error) *hcl.Diagnostic {
	rng := r.Range
	if step, ok := err.(*StepError); ok {
		rng = rangeOf(r, stepPath(step.Step))
	}
	diagnostic := diag.FromError(diag.EvaluationFailed, err, &rng)
	diagnostic.Summary = "Image cannot be made"
	return diagnostic
}

// supported checks that the engine can do all that the instructions ask.
func (d *differ) supported(r *state.Resource, c Content) bool {
	ok := true
	for _, need := range c.File.Needs {
		if atLeast(d.facts.Version, need.Version) {
			continue
		}
		ok = false
		rng := rangeOf(r, stepPath(need.Step))
		d.diags = append(d.diags, diag.Errorf(diag.InvalidValue, &rng, "Engine is too old",
			"The %s needs Docker %s; the engine is %s. Remove it, or update the engine.", need.What, need.Version, d.facts.Version))
	}
	return ok
}

// before are the images that the block made so far, and what they were made of.
func (d *differ) before(a addr.Addr) []state.Object {
	var images []state.Object
	for _, object := range d.in.Observed.At(a) {
		if _, ok := imageOf(object); ok {
			images = append(images, object)
		}
	}
	slices.SortStableFunc(images, func(x, y state.Object) int {
		ix, _ := imageOf(x)
		iy, _ := imageOf(y)
		return iy.Created.Compare(ix.Created)
	})
	return images
}

func (d *differ) pull(r *state.Resource, s spec, c Content) {
	step := pullStep(r.Addr, s.Pull, s.Platform, c)
	step.ID = plan.ID("pull " + r.Addr.String()) // several blocks may pull one image
	step.Cause = cause(r, "pull", "the engine does not have "+c.Ref)
	step.Needs, step.Provides = needs(r), []plan.ID{plan.ReadyID(r.Addr)}
	d.result.Steps = append(d.result.Steps, step)
	ready := step.ID
	if len(s.Tags) > 0 {
		tag := d.tagStep(r, c, s.Tags)
		tag.Needs = []plan.ID{ready}
		d.result.Steps = append(d.result.Steps, tag)
	}
	d.change(r, plan.Create, "pull "+c.Ref, step.Cause)
}

func (d *differ) change(r *state.Resource, action plan.Action, summary string, why plan.Cause) {
	d.result.Changes = append(d.result.Changes, plan.Change{Addr: r.Addr, Action: action, Summary: summary, Cause: why})
}

// tag gives further names to an image that is there.
func (d *differ) tag(r *state.Resource, s spec, c Content) {
	missing := c.missingTags(s.Tags)
	if len(missing) == 0 {
		return
	}
	step := d.tagStep(r, c, missing)
	step.Provides = []plan.ID{plan.ReadyID(r.Addr)}
	if drift := d.astray(r, missing); len(drift) == len(missing) {
		step.Cause.Why, step.Cause.Drift = "tags were changed outside of recipe", true
		d.result.Drift = append(d.result.Drift, drift...)
	}
	d.result.Steps = append(d.result.Steps, step)
	d.change(r, plan.Update, "tag "+quoteList(missing, 3), step.Cause)
}

func (d *differ) tagStep(r *state.Resource, c Content, tags []string) plan.Step {
	return plan.Step{
		ID: plan.ID("tag " + r.Addr.String()), Addr: r.Addr, Op: OpTag, Early: true, Limit: removeLimit,
		Title: fmt.Sprintf("tag %s as %s", c.Ref, quoteList(tags, 3)), Cause: cause(r, "tags", "tags changed"),
		Config:       plan.Raw(tagConfig{Ref: c.Ref, Tags: tags}),
		Irreversible: "a name is taken from the image that had it before",
	}
}

func (d *differ) build(r *state.Resource, s spec, c Content) {
	old := d.before(r.Addr)
	change := d.compare(r, s, c, old)
	step := plan.Step{
		ID: plan.ID("build " + r.Addr.String()), Addr: r.Addr, Op: OpBuild, Title: "build " + c.Ref, Cause: change.Cause,
		Needs: needs(r), Provides: []plan.ID{plan.ReadyID(r.Addr)}, Early: early(r), Limit: buildLimit,
		Fetch:  &plan.Fetch{Ref: c.Ref, Build: true, Disk: c.size},
		Config: plan.Raw(d.buildConfig(r, s, c)),
	}
	d.result.Changes = append(d.result.Changes, change)
	d.result.Steps = append(d.result.Steps, step)
	for _, image := range old {
		if len(users(d.in.Observed, image)) == 0 {
			d.remove(image, plan.Cause{Why: "a newer build replaces it"}, []plan.ID{plan.ReadyID(r.Addr)})
		}
	}
}

// needs are the milestones of what the block refers to.
func needs(r *state.Resource) []plan.ID {
	var ids []plan.ID
	for _, a := range r.Needs {
		ids = append(ids, plan.ReadyID(a))
	}
	return ids
}

// early reports whether nobody can notice what the block waits for, so that the build comes before anything that
// somebody can.
func early(r *state.Resource) bool {
	return !slices.ContainsFunc(r.Needs, func(a addr.Addr) bool { return a.Kind != "image" && a.Kind != "secret" })
}

// orphans removes the images of blocks that are gone, unless containers that stay use them.
func (d *differ) orphans() {
	for _, image := range d.in.Orphans {
		if _, ok := imageOf(image); !ok {
			continue
		}
		var gone []plan.ID
		stays := false
		for _, user := range users(d.in.Observed, image) {
			stays = stays || !d.in.Goes(user.Addr)
			gone = append(gone, plan.GoneID(user.Addr))
		}
		if !stays {
			slices.Sort(gone)
			why := d.in.Gone(image.Addr)
			d.remove(image, why, slices.Compact(gone))
			d.result.Changes = append(d.result.Changes, plan.Change{
				Addr: image.Addr, Action: plan.Delete, Summary: image.Name,
				Cause: why,
			})
		}
	}
}

// remove takes an image away. It is never in the way of anything, and never worth a failed apply.
func (d *differ) remove(image state.Object, why plan.Cause, needs []plan.ID) {
	d.result.Steps = append(d.result.Steps, plan.Step{
		ID: removal(image.Name), Addr: image.Addr, Op: OpRemove, Title: "remove image " + image.Name,
		Cause: why, Needs: needs, Limit: removeLimit, Config: plan.Raw(removeConfig{Ref: image.Name}),
		Effects:      []plan.Effect{{Kind: plan.Remove, Object: image.Name}},
		Irreversible: "the image is built again when it is wanted",
	})
}

// removal names the step that takes an image away.
func removal(name string) plan.ID { return plan.ID("remove image " + name) }

// atLeast compares versions by their leading numbers. One that cannot be read is taken for new: it is nobody's release.
func atLeast(version, want string) bool {
	var major, minor, wantMajor, wantMinor int
	if n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor); n < 1 {
		return true
	}
	_, _ = fmt.Sscanf(want, "%d.%d", &wantMajor, &wantMinor)
	return major > wantMajor || major == wantMajor && minor >= wantMinor
}

// plural counts things: 1 file, 2 files.
func plural(n int, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, strings.TrimSpace(many))
}
