package state

import (
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Source is where an argument's value comes from.
type Source struct {
	Range hcl.Range
	// Expr is the expression's text.
	Expr string
	// Chain gives the way back to what the value is made of. It is computed when it is asked for, since most arguments
	// of most plans do not change; nil where there is none.
	Chain func() []Link
}

// Links is the chain, empty where there is none.
func (s Source) Links() []Link {
	if s.Chain == nil {
		return nil
	}
	return s.Chain()
}

// Link is one part of the way from an argument back to what its value is made of: a variable, a local value, another
// block's argument, a file that a function reads.
type Link struct {
	// Depth is 0 for what the argument's own expression reads, 1 for what that is made of, and so on.
	Depth int `json:"depth,omitempty"`
	// Name is what the expression reads, as it is written: var.release, file("page.html").
	Name string `json:"name"`
	// In is the library in which the name means something, as the address of its use block; empty in the recipe.
	In string `json:"in,omitempty"`
	// Of is the object, or the dynamic block of one and its element, whose each.key or each.value the name is.
	Of string `json:"of,omitempty"`
	// Addr is the resource that is read, where it is one.
	Addr string `json:"addr,omitempty"`
	// Source tells where a variable's value was given (--var, default, RECIPE_VAR_release, a file of values, a use block),
	// or what a function reads.
	Source string `json:"source,omitempty"`
	// Value is canonical JSON; of a long one it is {"sha256": DIGEST, "size": BYTES}, and of a directory {"sha256": DIGEST,
	// "files": {PATH: DIGEST}}. It is absent for what is sensitive or unknown, and for whole resources. Was is that of the last apply, where Known says that it was recorded.
	Value   json.RawMessage `json:"value,omitempty"`
	Was     json.RawMessage `json:"was,omitempty"`
	Known   bool            `json:"known,omitempty"`
	Changed bool            `json:"changed,omitempty"` // since the last apply
	// Action is what the plan does to the resource that is read, where that is what changed.
	Action string `json:"action,omitempty"`
	// Sensitive says that nothing may be shown of the value, its source text neither.
	Sensitive bool `json:"sensitive,omitempty"`
	// File and Line tell where it is declared, or given.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// Key is under what a record keeps the value.
func (l Link) Key() string {
	return strings.TrimSpace(l.In + " " + strings.TrimSpace(l.Of+" "+l.Name))
}

// Values are all that the resources of a recipe are made of, by Link.Key, for the record of an apply: so a later plan
// can tell which of them changed. Nothing sensitive is among them.
func (d *Desired) Values() map[string]json.RawMessage {
	values := map[string]json.RawMessage{}
	note := func(links []Link) {
		for _, l := range links {
			if l.Value != nil && !l.Sensitive {
				values[l.Key()] = l.Value
			}
		}
	}
	for _, r := range d.Resources {
		note(r.Origin.Links())
		for _, s := range r.Sources {
			note(s.Links())
		}
	}
	return values
}
