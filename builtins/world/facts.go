// Package world shows a recipe's objects on an engine to whoever plans.
//
// Everything that a plan is based on is read here, before it is made: what carries the recipe's labels, what the
// edge's files say, what the record kept, and what is taken on the machine. It goes through engine.Reader, which
// cannot change anything, takes no lock and starts no process; so a plan may be made at any time by anybody who
// may ask the engine.
package world

import (
	"net/netip"
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
	// Listeners are the addresses of the engine's machine on which TCP is listened; nil where that cannot be seen from
	// here, or no port needs to know.
	Listeners []netip.AddrPort
	// Others are containers of others that run, as far as a listing tells of them.
	Others []engine.Container
	Lock   *Lock // nil where nobody holds the recipe's lock
	// Notes are for the reader of a plan.
	Notes []string
}

// Edge is the shared proxy as it stands.
type Edge struct {
	Exists, Running bool
	// Left says that its container is gone and its volume is not, with the files of whoever used it: they cannot be read.
	Left      bool
	Container engine.Container
	Files     map[string][]byte
	Sites     []proxy.Site
	// InForce is what the last apply of each recipe saw the running proxy do, by recipe.
	InForce map[string]InForce
	// Problem says why Sites could not be read from Files; whoever needs the edge cannot go on then.
	Problem error
}

// InForce is what an apply saw the running proxy do for its recipe; the zero one, that nothing is known.
type InForce struct {
	// Digest tells the recipe's site from others.
	Digest string `json:"digest"`
	// Ports led where they then did: whoever sets a route otherwise by hand leaves no other trace.
	Ports []proxy.Port `json:"ports,omitempty"`
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
