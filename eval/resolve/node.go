package resolve

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// nodeKey identifies a value. The value of a local is known by its module and argument; all others by an object,
// what of it is meant, and a name.
type nodeKey struct {
	in   *module
	arg  *decode.Arg
	of   *object
	part part
	name string
}

func (k nodeKey) module() *module {
	if k.of != nil {
		return k.of.in
	}
	return k.in
}

// part says what of a block a node stands for.
type part int

const (
	whole    part = iota // a variable's or a secret's value
	argument             // an argument, converted
	nested               // all nested blocks of one type, or the steps of an ordered block
	export               // an attribute that the kind computes
	listing              // which objects a block stands for
	unjudged             // a variable's value before its validations
)

// node is one value, computed at first use.
type node struct {
	text string    // as a reference writes it: local.tag
	at   hcl.Range // the reference that asked for it first
	busy bool
	done bool
	// value is of use only when ok; otherwise the reason has been reported.
	value cty.Value
	ok    bool
	// uses are the resources that the value's expression names, through local values too.
	uses gathering
	// names says that a secret is named here as the block that it is, and not for its value.
	names bool
}

// maxDepth bounds how many values may wait for each other. The wait is kept on Go's stack, which ends the
// process when it overflows; no recipe that a person wrote comes near.
const maxDepth = 20_000

// node returns the node of a key, computing it if this is its first use. The range is that of the reference
// that asks.
func (r *resolver) node(key nodeKey, text string, at hcl.Range, compute func(*node) (cty.Value, bool)) *node {
	n := r.nodes[key]
	if n == nil {
		n = &node{text: text, at: at, value: cty.DynamicVal}
		r.nodes[key] = n
	}
	r.unlessBroken()
	switch {
	case n.done:
	case n.busy:
		r.circle(n, at)
	case len(r.stack) == maxDepth:
		r.errorf(diag.ReferenceCycle, at, "Too many values in a chain",
			"More than %d values wait for each other here. Shorten the chain of references.", maxDepth)
		n.done = true
	default:
		n.busy = true
		leave := r.enter(key.module())
		r.stack = append(r.stack, n)
		n.value, n.ok = compute(n)
		r.stack = r.stack[:len(r.stack)-1]
		n.busy, n.done = false, true
		leave()
	}
	return n
}

// circle reports that a value, asked for at a place, is being computed already. All values of the circle fail.
func (r *resolver) circle(first *node, at hcl.Range) {
	start := len(r.stack) - 1
	for r.stack[start] != first {
		start--
	}
	around := r.stack[start:]
	var path strings.Builder
	for i, n := range around {
		next, rng := first.text, at
		if i+1 < len(around) {
			next, rng = around[i+1].text, around[i+1].at
		}
		r.circled[rng] = true
		fmt.Fprintf(&path, "\n  %s reads %s at %s", n.text, next, place(rng))
	}
	r.errorf(diag.ReferenceCycle, at, "Circle of values",
		"None of these values can be computed before the others:%s\nRemove one of the references.", path.String())
}

// place says where something stands, for the middle of a sentence.
func place(rng hcl.Range) string { return fmt.Sprintf("%s line %d", rng.Filename, rng.Start.Line) }
