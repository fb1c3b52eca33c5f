package label

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// Witnessed is the release of a job that the newest container started after which started after any, empty where none
// did. One of an earlier generation, kept for the way back, may have started after a release that another followed.
func Witnessed(o *state.Observed, moved *state.Moves, a addr.Addr) (release string) {
	names := []string{moved.Label(a).String(), moved.Named(a).String()}
	newest := state.Object{}
	for _, object := range o.Objects {
		c, ok := object.Data.(engine.Container)
		if !ok || c.State == engine.Created {
			continue
		}
		for _, one := range strings.Fields(c.Labels[Jobs]) {
			if name, ran, _ := strings.Cut(one, "="); slices.Contains(names, name) && (release == "" || later(object, newest)) {
				release, newest = ran, object
			}
		}
	}
	return release
}

// later orders containers by when they were made, which the engine's listing gives in whole seconds.
func later(a, b state.Object) bool {
	made := func(o state.Object) time.Time { return o.Data.(engine.Container).Created }
	return cmp.Or(made(a).Compare(made(b)), cmp.Compare(a.Generation, b.Generation), cmp.Compare(a.Name, b.Name)) > 0
}
