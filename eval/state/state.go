// Package state holds the nouns that plans are made of: what a recipe wants (Desired), what an engine shows
// (Observed), and what was applied last (Recorded). It is data; the verbs between them are other packages.
package state

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/hashicorp/hcl/v2"
)

// Recipe identifies a recipe.
type Recipe struct {
	// Name is the recipe's name, the prefix of all its objects' names.
	Name string `json:"name"`
	// Origin tells where the recipe comes from (git remote and path, or host and directory), so that two
	// recipes of one name are told apart.
	Origin string `json:"origin"`
	// Dir is the module's directory, absolute.
	Dir string `json:"-"`
	// Engine, when not empty, is the only engine that the recipe may run against.
	Engine string `json:"engine,omitempty"`
	// Revision is the git revision of Dir, with "+dirty" where files differ from it; empty outside git.
	Revision string    `json:"revision,omitempty"`
	Range    hcl.Range `json:"-"`
	// Moved are the renames that the recipe declares.
	Moved *Moves `json:"-"`
}

// Desired is what a recipe wants, all values known.
type Desired struct {
	Recipe Recipe
	// Resources are ordered so that whatever a resource refers to comes before it, and by address where
	// that leaves a choice.
	Resources []*Resource
	Outputs   []Output
	// Open are the blocks of which it is not known for which objects they stand, as text. Only an evaluation that
	// leaves values open has any, and no plan may take their objects for unwanted.
	Open []string
	// Missing tells why a resource is not wanted that was, in a few words and with the place that says so; nil where
	// nothing is known of that.
	Missing func(addr.Addr) Missing

	indexed sync.Once
	index   map[addr.Addr]*Resource
}

// ObjectName is the name on the engine of what an address stands for. One whose block moved keeps that of its first
// address, since engines cannot rename networks and volumes.
func (r Recipe) ObjectName(a addr.Addr) string { return r.Name + "-" + r.Moved.Named(a).Short() }

// Standing is the name on the engine that an address's object of a type has, or will have where there is none.
func (d *Desired) Standing(o *Observed, typ string, a addr.Addr) string {
	for _, object := range o.At(a) {
		if object.Type == typ {
			return object.Name
		}
	}
	return d.Recipe.ObjectName(a)
}

// Missing is why there is no resource at an address.
type Missing struct {
	// Why in a few words: "its key \"b\" is no longer in for_each".
	Why string
	// Source is what says so, empty where a block is gone.
	Source Source
}

// Find returns the resource at a, nil when there is none. Resources are complete when it is first asked.
func (d *Desired) Find(a addr.Addr) *Resource {
	d.indexed.Do(func() {
		d.index = make(map[addr.Addr]*Resource, len(d.Resources))
		for _, r := range d.Resources {
			d.index[r.Addr] = r
		}
	})
	return d.index[a]
}

// Resource is one resource block, evaluated.
type Resource struct {
	Addr  addr.Addr
	Range hcl.Range // the block's header
	// Spec is the canonical JSON of the block: an object of its arguments and nested blocks, keys sorted,
	// arguments that are not set left out, defaults filled in. A nested block that may stand once is an
	// object; one with a label is an object of objects by label, or an array in the order written, with the
	// label as "label", where the schema says Sequence; other repeated ones are arrays; the
	// blocks of an ordered schema are an array "steps" of {TYPE: body}. A sensitive value is
	// {"secret": PATH}, see Text; a reference is a Ref.
	Spec json.RawMessage
	// Needs are the resources that must be ready before this one starts; in order of address.
	Needs []addr.Addr
	// Sources tell by path in Spec ("env.RELEASE", "health.http.path") where a value comes from.
	Sources map[string]Source
	// Origin tells what makes the resource be there at all: the block, its for_each and enabled, the use block of
	// the library that it is in.
	Origin Source
	// Secrets are the sensitive values by path in Spec. They live in memory alone.
	Secrets map[string]string
}

// At is where the argument at a path of Spec was written, or else the nearest that it is in and of which that is known: a
// nested block, at last the resource.
func (r *Resource) At(path string) *hcl.Range {
	for path != "" {
		for _, known := range []string{path, path + ".label"} {
			if source, ok := r.Sources[known]; ok {
				return &source.Range
			}
		}
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
	return &r.Range
}

// Output is a value that the recipe shows.
type Output struct {
	Name      string          `json:"name"`
	Value     json.RawMessage `json:"value,omitempty"` // absent when sensitive or unknown
	Sensitive bool            `json:"sensitive,omitempty"`
	Unknown   bool            `json:"unknown,omitempty"`
}

// Object is a real thing on an engine that belongs to a recipe.
type Object struct {
	// Type of the thing: container, image, network, volume.
	Type string
	// Addr of the resource that made it.
	Addr addr.Addr
	ID   string
	Name string
	// Release is the short release digest for things that belong to one.
	Release string
	// Generation counts the releases of a service upwards from 1.
	Generation int
	Running    bool
	// Spec is the spec that the object was made with; nil when its label was lost.
	Spec json.RawMessage
	// Data is the driver's own record of the object, for the kind that knows its type.
	Data any
}

// Observed is what an engine shows of a recipe, at one moment.
type Observed struct {
	Objects []Object
	// Moved are the renames by which something of it was brought to its present address.
	Moved []Move
	// Facts are what else was looked up, by the kind that did (an engine's Info, the edge's sites, ...).
	Facts map[string]any

	indexed sync.Once
	index   map[addr.Addr][]Object
}

// At returns the objects made by the resource at a, in order. Objects are complete when it is first asked.
func (o *Observed) At(a addr.Addr) []Object {
	o.indexed.Do(func() {
		o.index = make(map[addr.Addr][]Object, len(o.Objects))
		for _, object := range o.Objects {
			o.index[object.Addr] = append(o.index[object.Addr], object)
		}
	})
	return o.index[a]
}

// Recorded is what the last apply left behind for explaining. Losing it costs explanations only.
type Recorded struct {
	Format    int                        `json:"format"`
	Resources map[string]json.RawMessage `json:"resources,omitempty"` // address -> Spec
	Contexts  map[string]Manifest        `json:"contexts,omitempty"`  // image address -> what its context held
	Jobs      map[string]string          `json:"jobs,omitempty"`      // job address -> release done
	Values    map[string]json.RawMessage `json:"values,omitempty"`    // what resources were made of, see Desired.Values
	Left      map[string]json.RawMessage `json:"left,omitempty"`      // object's name -> what it has that the recipe neither set nor could take
	History   []Entry                    `json:"history,omitempty"`   // oldest first, bounded
	Adopted   []string                   `json:"adopted,omitempty"`   // origins whose objects the recipe took over
}

// Manifest tells what a build context held: path -> digest.
type Manifest map[string]string

// Entry is one line of a recipe's history.
type Entry struct {
	Plan     string            `json:"plan"`               // the plan's short digest
	Time     string            `json:"time"`               // RFC 3339
	By       string            `json:"by"`                 // user@host
	Revision string            `json:"revision"`           // of the recipe's directory
	Result   string            `json:"result"`             // applied, failed, reverted
	Releases map[string]string `json:"releases,omitempty"` // service address -> release
	// Command is what was asked for where that was not an apply of the recipe as it is: "restart service.web".
	Command string `json:"command,omitempty"`
	// Refused are the releases that were found unfit and taken back, by service address.
	Refused map[string]Refusal `json:"refused,omitempty"`
	// Saved is the checksum of the plan file that was carried out, empty where an apply made its own plan.
	Saved string `json:"saved,omitempty"`
}
