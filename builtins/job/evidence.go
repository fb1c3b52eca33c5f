package job

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// A service that waits for jobs is their witness: its containers do not start before them, and say in a label for which
// releases of them they waited. So a job whose own container and record are gone need not run again.

// After is the label of a container that starts after milestones: the jobs among them, each with its release.
func After(find container.ImageFinder, in kind.Input, needs []plan.ID) string {
	var after []string
	for _, need := range needs {
		name, _ := strings.CutSuffix(string(need), "@ready")
		a, err := addr.Parse(name)
		r := in.Desired.Find(a)
		if err != nil || a.Kind != "job" || r == nil {
			continue
		}
		release, _, _, _, err := releaseOf(find, in, r)
		if err == nil { // else the job's own plan reports it
			after = append(after, in.Desired.Recipe.Moved.Label(r.Addr).String()+"="+release)
		}
	}
	slices.Sort(after)
	return strings.Join(slices.Compact(after), " ")
}

// releaseOf is the release of a job that is wanted, with the image that is part of it and what has that be there.
func releaseOf(find container.ImageFinder, in kind.Input, r *state.Resource) (release string, spec *container.Spec, image container.Found, result kind.Result, err error) {
	if spec, err = container.Parse(r.Spec); err != nil {
		return "", nil, image, result, err
	}
	image, result, err = find(in, r, spec.Image, spec.Platform)
	return spec.Named(in.Desired.Recipe.Moved).Release(image.Content), spec, image, result, err
}

// witnessed tells whether the newest container that started after some release of a job started after this one. One of
// an earlier generation, kept for the way back, may have started after a release that another followed.
func witnessed(in kind.Input, a addr.Addr, release string) bool {
	moved := in.Desired.Recipe.Moved
	names := []string{moved.Label(a).String(), moved.Named(a).String()}
	said, newest := "", state.Object{}
	for _, o := range in.Observed.Objects {
		c, ok := o.Data.(engine.Container)
		if !ok || c.State == engine.Created {
			continue
		}
		for _, one := range strings.Fields(c.Labels[label.Jobs]) {
			if name, ran, _ := strings.Cut(one, "="); slices.Contains(names, name) && (said == "" || later(o, newest)) {
				said, newest = ran, o
			}
		}
	}
	return said == release
}

// later orders containers by when they were made, which the engine's listing gives in whole seconds.
func later(a, b state.Object) bool {
	made := func(o state.Object) time.Time { return o.Data.(engine.Container).Created }
	return cmp.Or(made(a).Compare(made(b)), cmp.Compare(a.Generation, b.Generation), cmp.Compare(a.Name, b.Name)) > 0
}
