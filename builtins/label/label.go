// Package label names the labels that recipe puts on every object it makes.
//
// They are the record of what stands on an engine: whoever reads them knows whose an object is, which block
// made it, for which release and from which arguments, without any file elsewhere.
package label

import (
	"encoding/json"
	"strconv"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// The labels.
const (
	Recipe     = "recipe.name"       // the recipe's name
	Origin     = "recipe.origin"     // where the recipe comes from
	Addr       = "recipe.addr"       // the block that made the object
	Release    = "recipe.release"    // short release digest
	Generation = "recipe.generation" // which release of its service it is, from 1
	Renewed    = "recipe.renewed"    // how many times its release was asked for anew, absent for none
	Index      = "recipe.index"      // which replica of its release it is, from 1
	Address    = "recipe.address"    // the fixed address that it has on its first network
	Jobs       = "recipe.jobs"       // the jobs that a service's container starts after: ADDR=RELEASE, spaces between
	Spec       = "recipe.spec"       // canonical JSON of the block's arguments, without sensitive values
	Role       = "recipe.role"       // edge, lock, record: objects that no block declares
	Edge       = "recipe.edge"       // the edge that an object belongs to
)

// For are the labels of an object that the resource at a makes.
func For(r state.Recipe, a addr.Addr, spec json.RawMessage) map[string]string {
	labels := map[string]string{Recipe: r.Name, Origin: r.Origin, Addr: r.Moved.Label(a).String()}
	if spec != nil && r.Moved != nil {
		spec = state.Readdress(spec, r.Moved.Label)
	}
	if spec != nil {
		labels[Spec] = string(spec)
	}
	return labels
}

// Read turns labels into the parts of an object that they tell.
func Read(labels map[string]string) (object state.Object, ok bool) {
	a, err := addr.Parse(labels[Addr])
	if err != nil || labels[Recipe] == "" {
		return state.Object{}, false
	}
	object = state.Object{Addr: a, Release: labels[Release]}
	object.Generation, _ = strconv.Atoi(labels[Generation])
	if spec := labels[Spec]; json.Valid([]byte(spec)) {
		object.Spec = json.RawMessage(spec)
	}
	return object, true
}
