package job

import (
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
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
