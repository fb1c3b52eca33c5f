// Package world shows a recipe's objects on an engine to whoever plans.
package world

import (
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/state"
)

// Known is what a listing tells besides the recipe's own objects.
type Known struct {
	Info engine.Info
	// Networks are all of the engine's, since a new one's addresses must be free.
	Networks []engine.Network
	Edge     Edge
	Lock     *Lock // nil where nobody holds the recipe's lock
}

// Edge is the shared proxy as it stands.
type Edge struct {
	Exists, Running bool
	Container       engine.Container
	Files           map[string][]byte
	Sites           []proxy.Site
}

// Lock tells who changes the recipe's objects right now.
type Lock struct {
	By    string
	Since time.Time
}

// factsKey is where an Observed keeps what is Known.
const factsKey = "world"

// Facts gives what a listing found; an empty one for an Observed made otherwise.
func Facts(o *state.Observed) *Known {
	if k, ok := o.Facts[factsKey].(*Known); ok {
		return k
	}
	return &Known{}
}

// SetFacts puts what is known into an Observed.
func SetFacts(o *state.Observed, k *Known) {
	if o.Facts == nil {
		o.Facts = map[string]any{}
	}
	o.Facts[factsKey] = k
}

// Site is a recipe's site on the edge, nil where it has none.
func (k *Known) Site(recipe string) *proxy.Site {
	for i := range k.Edge.Sites {
		if k.Edge.Sites[i].Recipe == recipe {
			return &k.Edge.Sites[i]
		}
	}
	return nil
}
