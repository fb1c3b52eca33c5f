// Package resolve evaluates a decoded module: from blocks and expressions to resources with known values.
//
// It is pure. Files, environment, secrets and functions are handed in, and the same inputs give the same bytes.
//
// The unit of evaluation is one argument of one block, and nothing is evaluated before something asks for it. So
// a service may read the port that leads to it: service.web.env reads port.web.listen, which is a number, and
// that port.web.route refers to service.web is another argument's matter. A reference to a whole block is a
// value too, and one that evaluates none of the block's arguments; it knows the block's address and stands
// wherever a schema asks for a reference (reference.go).
//
// Asking works thus. An expression is scanned for the names that it reads (scope.go). Each is looked up and
// becomes a node (node.go): a variable, a local value, an argument, a group of nested blocks or an export of
// a block. A node is computed once, at first use; asked for again while it is being computed, it is part of
// a circle, which is reported with its path. Then the expression is evaluated in a scope that holds those
// values and no others, so that the cost of a recipe grows with its length and not with its square. A node
// that failed has reported why, and whoever reads it fails without a word.
//
// The value of an argument is converted to the type that its schema gives (convert.go and the files beside it).
// The outcome is a value again, in a normal form: what is null is left out, a duration is Go's text of it, a size
// is a number of bytes. Expressions that read the argument get this value, and encode.go makes of it the
// canonical JSON on which plans compare. Sensitive values carry a mark through all of this, and reach the JSON
// as the name of a secret only.
//
// At last all blocks are made resources (resource.go) and put in an order in which each comes after what it
// needs (order.go).
package resolve

import (
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// Head evaluates the recipe block alone: what must be known before an engine can be asked anything. Only the
// variables and local values that it reads are evaluated and can be wrong.
func Head(m *decode.Module, in Inputs) (state.Recipe, hcl.Diagnostics) {
	in.Secrets = nil // a name is seen everywhere, so it can hold none
	r := newResolver(m, in)
	var head state.Recipe
	if stopped := r.bounded(func() { head = r.head() }); stopped != nil {
		return state.Recipe{}, stopped
	}
	return head, r.diags
}

// Resolve evaluates the whole module. It reports every error that does not follow from another; on errors the
// result holds what could be resolved and is fit for display only.
func Resolve(m *decode.Module, in Inputs) (*state.Desired, hcl.Diagnostics) {
	return newResolver(m, in).desired()
}

// Check evaluates the module without needing its inputs: variables that were given no value, and secrets, are
// unknown. It finds whatever is wrong in spite of that. What is unknown is left out of the resources' specs.
func Check(m *decode.Module, in Inputs) (*state.Desired, hcl.Diagnostics) {
	in.Secrets = nil
	r := newResolver(m, in)
	r.lenient = true
	return r.desired()
}

// desired evaluates everything within the bounds.
func (r *resolver) desired() (*state.Desired, hcl.Diagnostics) {
	var d *state.Desired
	if stopped := r.bounded(func() { d = r.all() }); stopped != nil {
		return &state.Desired{}, stopped
	}
	return d, r.diags
}

// resolver holds one evaluation.
type resolver struct {
	in Inputs
	// lenient allows unknown values everywhere.
	lenient bool

	root *module
	// objects are those known so far, which references lead to.
	objects map[addr.Addr]*object
	moves   moves

	nodes map[nodeKey]*node
	exprs map[hcl.Expression]*parsed
	// defaults are the values of what is not set.
	defaults map[*schema.Arg]*node
	// libraries are the modules of the instances of use blocks.
	libraries map[*object]*module
	// modules are those that were evaluated whole, at is the one being evaluated.
	modules []*module
	// extra are roots that blocks of tests may read besides, see Scope.
	extra map[string]cty.Value
	// open are the blocks whose instances are not known.
	open []string
	at   *module
	// expanded are the blocks that dynamic ones make.
	expanded map[nodeKey]expansion
	stack    []*node // being computed, outermost first
	refs     refs
	// circled are the references that a circle of values was reported for.
	circled map[hcl.Range]bool
	diags   hcl.Diagnostics
	// eaches are what the for_each of blocks are made of, keys the keys that they lead to: see chain.
	eaches map[eachOf][]state.Link
	keys   map[*instances]state.Link
	// told are those about libraries, which may come again from other instances of these.
	told map[complaint]*telling
	// stoppable says that an evaluation that is broken off has to end, and broken that this one was.
	stoppable bool
	broken    atomic.Bool
	// budget is what the evaluation may take, and current the expression at hand.
	budget  budget
	current atomic.Pointer[work]
	// work counts expressions and references evaluated, for the test that the cost is linear.
	work int
}

func newResolver(m *decode.Module, in Inputs) *resolver {
	r := &resolver{
		in: in, budget: defaultBudget(), nodes: map[nodeKey]*node{}, exprs: map[hcl.Expression]*parsed{}, defaults: map[*schema.Arg]*node{},
		expanded: map[nodeKey]expansion{}, libraries: map[*object]*module{}, refs: newRefs(), objects: map[addr.Addr]*object{},
		circled: map[hcl.Range]bool{}, told: map[complaint]*telling{},
		eaches: map[eachOf][]state.Link{}, keys: map[*instances]state.Link{},
	}
	r.root = r.newModule(m, nil, Library{in.Dir, in.Functions})
	r.declareMoves()
	for _, v := range in.Vars {
		r.root.given[v.Name] = v
	}
	return r
}

// all evaluates everything, in the order of the source where it has a choice.
func (r *resolver) all() *state.Desired {
	r.checkGiven()
	d := &state.Desired{Recipe: r.head()}
	resources := r.resources(r.root)
	r.spread(resources)
	for _, b := range r.root.outputs {
		if out, ok := r.output(r.root, b); ok {
			d.Outputs = append(d.Outputs, out)
		}
	}
	d.Resources, d.Open, d.Missing = r.sorted(resources), r.open, r.missing
	if r.checkMoved(d, resources) { // names of what moved twice over would be taken twice, too
		r.checkNames(resources)
	}
	r.validate(d, resources)
	r.explained(resources)
	for _, m := range r.modules {
		leave := r.enter(m)
		r.checks(m)
		leave()
	}
	return d
}

// evaluated evaluates the variables and local values of a module, whether something reads them or not.
func (r *resolver) evaluated(m *module) {
	for _, b := range m.Blocks {
		switch b.Type {
		case "variable":
			r.variable(m, b, b.Range)
		case "locals":
			for _, name := range b.ArgOrder {
				r.local(m, name, b.Args[name].Range)
			}
		}
	}
}

// explained makes sure that nothing fails without a word: what failed was reported here, or by the decoder, which
// has then left something out.
func (r *resolver) explained(resources []*resource) {
	for _, res := range resources {
		if !res.ok && !r.diags.HasErrors() && !r.lenient {
			r.errorf(diag.Internal, res.Range, "Not evaluated",
				"%s has errors, which should have been reported before.", res.Addr)
			return
		}
	}
}

// local gives the value of a local value, which must exist.
func (r *resolver) local(m *module, name string, at hcl.Range) *node {
	a := m.locals[name]
	return r.node(nodeKey{in: m, arg: a}, "local."+name, at, func(n *node) (cty.Value, bool) {
		return r.eval(n, frame{in: m}, a.Expr)
	})
}

// enter notes that a module is evaluated from now on, and returns what ends that.
func (r *resolver) enter(m *module) (leave func()) {
	before := r.at
	r.at = m
	return func() { r.at = before }
}
