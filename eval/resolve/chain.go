package resolve

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
)

// The bounds on what a chain tells: who explains a value names what is near, and a chain of 5,000 blocks must not be
// walked for each of them.
const (
	maxChain = 32
	maxValue = 200 // bytes of JSON
)

// chain gathers what led to an expression's value: what it names, and after each name what that one is made of. It is
// walked after everything was evaluated, so it finds values and computes none but those of functions that read.
type chain struct {
	r    *resolver
	seen map[string]bool
	out  []state.Link
	// quiet says that what is followed makes up something sensitive, of which no part is told: a file that is read for a
	// sensitive value has no mark of its own.
	quiet bool
}

func newChain(r *resolver) *chain { return &chain{r: r, seen: map[string]bool{}} }

func (r *resolver) chain(f frame, expr hcl.Expression) []state.Link {
	c := newChain(r)
	v := c.value(f, expr)
	c.quiet = v == cty.DynamicVal || v.ContainsMarked()
	c.follow(f, expr, 0)
	return c.out
}

// below follows what a link is made of.
func (c *chain) below(l state.Link, f frame, expr hcl.Expression) {
	before := c.quiet
	c.quiet = before || l.Sensitive
	c.follow(f, expr, l.Depth+1)
	c.quiet = before
}

// eachOf is a for_each within an instance of a module.
type eachOf struct {
	in  *module
	arg *decode.Arg
}

// belowEach follows what a block's for_each is made of, once for all its instances: each of them is there by it, and
// its value may be as long as they are many.
func (c *chain) belowEach(l state.Link, f frame, a *decode.Arg) {
	if c.quiet || l.Sensitive {
		c.below(l, f, a.Expr)
		return
	}
	key := eachOf{f.in, a}
	links, has := c.r.eaches[key]
	if !has {
		own := newChain(c.r)
		own.follow(f, a.Expr, 0)
		links = own.out
		c.r.eaches[key] = links
	}
	for _, below := range links {
		below.Depth += l.Depth + 1
		c.take(below)
	}
}

// set puts a value into a link, where it may be told.
func (c *chain) set(l *state.Link, v cty.Value) {
	if c.quiet {
		l.Sensitive = true
		return
	}
	setValue(l, c.r, v)
}

func (c *chain) add(f frame, l state.Link) bool {
	if f.in.caller != nil {
		l.In = f.in.path()
	}
	return c.take(l)
}

// take adds a link that is complete, once.
func (c *chain) take(l state.Link) bool {
	if len(c.out) >= maxChain || c.seen[l.Key()] {
		return false
	}
	c.seen[l.Key()] = true
	c.out = append(c.out, l)
	return true
}

func (c *chain) follow(f frame, expr hcl.Expression, depth int) {
	p := c.r.parsed(expr)
	for _, ref := range p.refs {
		if len(c.out) >= maxChain {
			return
		}
		if ref = c.withKeys(f, ref); len(ref.Path) > 0 {
			c.link(f, ref, depth)
		}
	}
	for _, call := range p.readers() {
		c.reader(f, call, depth)
	}
}

func (c *chain) link(f frame, ref decode.Reference, depth int) {
	l := state.Link{Name: ref.String(), Depth: depth}
	if e, of, from := f.element(ref.Root); from != nil {
		setPlace(&l, from.Range)
		l.Of = of
		c.set(&l, reach(map[string]cty.Value{"key": e.key, "value": e.value}[ref.Path[0]], ref.Path[1:]))
		if c.add(f, l) {
			if below := (frame{in: f.in, of: f.of}); from == f.of.b.Args[forEach] {
				c.belowEach(l, below, from)
			} else {
				c.below(l, below, from.Expr)
			}
		}
		return
	}
	switch ref.Root {
	case "var":
		c.variable(f, l, ref)
	case "local":
		a := f.in.locals[ref.Path[0]]
		if a == nil {
			return
		}
		n := c.r.local(f.in, ref.Path[0], a.Range)
		setPlace(&l, a.Range)
		c.set(&l, reach(known(n), ref.Path[1:]))
		if c.add(f, l) {
			c.below(l, frame{in: f.in}, a.Expr)
		}
	case "use":
		c.library(f, l, ref, depth)
	case "self", "path", "recipe":
		c.add(f, l)
	default:
		c.block(f, l, ref, depth)
	}
}

// variable adds a variable with where its value was given. That of a library goes on to what the use block hands in.
func (c *chain) variable(f frame, l state.Link, ref decode.Reference) {
	b := f.in.vars[ref.Path[0]]
	if b == nil {
		return
	}
	n := c.r.variable(f.in, b, b.Range)
	from := f.in.origins[b]
	l.Source = from.source
	setPlace(&l, from.rng)
	if l.File == "" {
		setPlace(&l, b.Range)
	}
	c.set(&l, reach(known(n), ref.Path[1:]))
	if !c.add(f, l) {
		return
	}
	if a := f.in.input(b.Label); a != nil && from.source != "default" {
		c.below(l, f.in.caller.frame(), a.Expr)
	}
}

// library adds what is read of a library: an output goes on to what that is made of.
func (c *chain) library(f frame, l state.Link, ref decode.Reference, depth int) {
	b := f.in.uses[ref.Path[0]]
	if b == nil {
		return
	}
	setPlace(&l, b.Range)
	if !c.add(f, l) {
		return
	}
	all, words := f.in.listed[b], 1
	if all == nil || len(all.all) == 0 {
		return
	}
	o := all.all[0]
	if all.byKey != nil {
		if len(ref.Path) < 2 || all.byKey[ref.Path[1]] == nil {
			return
		}
		o, words = all.byKey[ref.Path[1]], 2
	}
	lib := c.r.libraries[o]
	if lib == nil || len(ref.Path) <= words {
		return
	}
	if out := lib.output(ref.Path[words]); out != nil && out.Args["value"] != nil {
		c.below(l, frame{in: lib}, out.Args["value"].Expr)
	} else if len(ref.Path) > words+1 && lib.blocks[ref.Path[words]] != nil {
		inner := ref.From(words + 1)
		c.block(frame{in: lib}, state.Link{Name: inner.Root + "." + inner.Path[0], Depth: depth + 1}, inner, depth+1)
	}
}

// block adds what is read of a block: one of its arguments goes on to what that is made of.
func (c *chain) block(f frame, l state.Link, ref decode.Reference, depth int) {
	b := f.in.blocks[ref.Root][ref.Path[0]]
	if b == nil {
		return
	}
	setPlace(&l, b.Range)
	l.Sensitive = b.Type == "secret"
	a := addr.Addr{Module: f.in.path(), Kind: b.Type, Name: b.Label}
	attr := 1
	if b.Args[forEach] != nil {
		attr = 2
		if len(ref.Path) > 1 {
			a.Key = ref.Path[1]
		}
	}
	l.Addr = a.String()
	var next hcl.Expression
	if len(ref.Path) > attr {
		if arg := b.Args[ref.Path[attr]]; arg != nil {
			next = arg.Expr
			setPlace(&l, arg.Range)
		}
		if o := c.r.objects[a]; o != nil && !l.Sensitive {
			if n := c.r.computed(o, ref.Path[attr]); n != nil {
				c.set(&l, reach(known(n), ref.Path[attr+1:]))
			}
		}
	}
	if c.add(f, l) && next != nil {
		c.below(l, frame{in: f.in, of: c.r.objects[a]}, next)
	}
}

// element is the element of a for_each that a name means, with whose it is and the for_each; nil where it means none.
func (f frame) element(name string) (e each, of string, from *decode.Arg) {
	for _, b := range slices.Backward(f.names) {
		if b.name == name && b.from != nil && f.of != nil {
			return b.each, f.of.text() + " " + keyText(b.key), b.from
		}
	}
	if name == "each" && f.of != nil && f.of.keyed {
		return f.of.each, f.of.text(), f.of.b.Args[forEach]
	}
	return each{}, "", nil
}

// keyText is an element's key, which a sensitive one has not.
func keyText(key cty.Value) string {
	if key.IsMarked() || !key.IsKnown() || key.IsNull() {
		return ""
	}
	return strings.TrimPrefix(pathText(cty.Path{cty.IndexStep{Key: key}}), ".")
}

// withKeys completes a reference's path by the keys that it computes.
func (c *chain) withKeys(f frame, ref decode.Reference) decode.Reference {
	for next := ref.Next(); next != nil && next.Key != nil; next = ref.Next() {
		key, err := convert.Convert(c.value(f, next.Key), cty.String)
		if err != nil || key.IsMarked() || !key.IsKnown() || key.IsNull() {
			return ref
		}
		ref = ref.With(key.AsString())
	}
	return ref
}

// known is the value of a node, NilVal where there is none.
func known(n *node) cty.Value {
	if n == nil || !n.done || !n.ok {
		return cty.NilVal
	}
	return n.value
}

// reach is what of a value a path leads to; the value itself where that cannot be followed.
func reach(v cty.Value, path []string) cty.Value {
	for _, name := range path {
		if v == cty.NilVal {
			return v
		}
		plain, marks := v.Unmark()
		if !plain.IsKnown() || plain.IsNull() {
			return cty.NilVal
		}
		switch ty := plain.Type(); {
		case ty.IsObjectType() && ty.HasAttribute(name):
			plain = plain.GetAttr(name)
		case ty.IsMapType() && plain.HasIndex(cty.StringVal(name)).True():
			plain = plain.Index(cty.StringVal(name))
		default:
			return v
		}
		v = plain.WithMarks(marks)
	}
	return v
}
