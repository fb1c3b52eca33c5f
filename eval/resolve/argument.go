package resolve

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// argument gives the value of an object's argument, which the block's schema must have: null where it is not set
// and has no default.
func (r *resolver) argument(o *object, name string, at hcl.Range) *node {
	s := o.b.Schema.Arg(name)
	if o.b.Args[name] == nil && !s.Required && (!s.Path || s.Default == "") {
		return r.omitted(s, at)
	}
	key := nodeKey{of: o, part: argument, name: name}
	return r.node(key, o.text()+"."+name, at, func(n *node) (cty.Value, bool) {
		n.names = name == dependsOn
		return r.set(n, o.frame(), o.b, s, false)
	})
}

// computed gives an argument that somebody asked for, nil where nobody did.
func (r *resolver) computed(o *object, name string) *node {
	if n := r.nodes[nodeKey{of: o, part: argument, name: name}]; n != nil {
		return n
	}
	if s := o.b.Schema.Arg(name); s != nil && o.b.Args[name] == nil {
		return r.defaults[s]
	}
	return nil
}

// set evaluates and converts one argument of a block, which may be nested in another.
func (r *resolver) set(n *node, f frame, b *decode.Block, s *schema.Arg, secret bool) (cty.Value, bool) {
	c := &converter{r: r}
	at := site{arg: b.Args[s.Name], rng: b.Range, word: s.Name, secret: secret || s.Secret}
	v, ok := unset(), true
	if at.arg != nil {
		at = at.at(at.arg)
		if v, ok = r.eval(n, f, at.arg.Expr); ok {
			v, ok = c.convert(v, s.Type, at)
		}
		if ok && isUnset(v) && s.Required {
			v, ok = c.wrong(diag.MissingArgument, at, "Missing argument",
				"%q is required, and its value here is null, which means not set.", s.Name)
		}
	} else if s.Required {
		return v, false // decoding said so
	}
	if ok && isUnset(v) {
		n := r.omitted(s, at.rng)
		v, ok = n.value, n.ok
	}
	if ok && s.Path {
		v, ok = c.rebased(f, v, at)
	}
	r.report(c.diags...)
	return v, ok
}

// literal gives the value of an argument that takes literals only.
func (r *resolver) literal(o *object, name string) (cty.Value, bool) {
	n := r.argument(o, name, o.b.Range)
	return n.value, n.ok
}

// nested gives all nested blocks of one type: an object for a type that stands once, an object by label for one
// with labels, a list for others; null where there are none.
func (r *resolver) nested(o *object, s *schema.Block, at hcl.Range) *node {
	if !slices.ContainsFunc(o.b.Blocks, func(b *decode.Block) bool { return b.Type == schema.Dynamic || b.Type == s.Name }) {
		return nothing
	}
	key := nodeKey{of: o, part: nested, name: s.Name}
	return r.node(key, o.text()+" "+s.Name, at, func(n *node) (cty.Value, bool) {
		return r.group(n, o.frame(), o.b, s)
	})
}

// steps gives all nested blocks of an ordered block, each as an object with its type as the one key.
func (r *resolver) steps(o *object, at hcl.Range) *node {
	key := nodeKey{of: o, part: nested}
	return r.node(key, o.text()+" blocks", at, func(n *node) (cty.Value, bool) {
		return r.sequence(n, o.frame(), o.b)
	})
}

func (r *resolver) sequence(n *node, f frame, b *decode.Block) (cty.Value, bool) {
	pieces, known, ok := r.pieces(n, b, f, "")
	var out []cty.Value
	for _, p := range pieces {
		v, fine := r.body(n, p.frame, p.Block)
		ok = ok && fine
		if p.label != "" {
			v = cty.ObjectVal(map[string]cty.Value{p.label: v})
		}
		out = append(out, cty.ObjectVal(map[string]cty.Value{p.typ: v}))
	}
	switch {
	case !known:
		return cty.DynamicVal, ok
	case out == nil:
		return unset(), ok
	}
	return cty.TupleVal(out), ok
}

func (r *resolver) group(n *node, f frame, b *decode.Block, s *schema.Block) (cty.Value, bool) {
	pieces, known, ok := r.pieces(n, b, f, s.Name)
	named := map[string]cty.Value{}
	var all []cty.Value
	for _, p := range pieces {
		v, fine := r.body(n, p.frame, p.Block)
		ok = ok && fine
		if s.Sequence {
			v = labelled(v, p.label)
		}
		named[p.label] = v
		all = append(all, v)
	}
	switch {
	case !known:
		return cty.DynamicVal, ok
	case all == nil:
		return unset(), ok
	case s.Sequence:
		return cty.TupleVal(all), ok
	case s.Label != "":
		return cty.ObjectVal(named), ok
	case s.Max == 1:
		return all[0], ok
	}
	return cty.TupleVal(all), ok
}

// labelled puts a block's label beside its arguments, for blocks that are kept in a list.
func labelled(body cty.Value, label string) cty.Value {
	all := body.AsValueMap()
	if all == nil {
		all = map[string]cty.Value{}
	}
	all["label"] = cty.StringVal(label)
	return cty.ObjectVal(all)
}

// body evaluates a nested block whole.
func (r *resolver) body(n *node, f frame, b *decode.Block) (cty.Value, bool) {
	out := map[string]cty.Value{}
	ok := true
	put := func(name string, v cty.Value, fine bool) {
		ok = ok && fine
		if !isUnset(v) {
			out[name] = v
		}
	}
	for i := range b.Schema.Args {
		if s := &b.Schema.Args[i]; !s.Raw && !s.Old() {
			v, fine := r.set(n, f, b, s, false)
			put(s.Name, v, fine)
		}
	}
	for _, name := range b.ArgOrder {
		if s := b.Args[name].Schema; b.Schema.Free != nil && b.Schema.Arg(name) == nil {
			v, fine := r.set(n, f, b, s, false)
			put(name, v, fine)
		}
	}
	if b.Schema.Ordered {
		v, fine := r.sequence(n, f, b)
		put("steps", v, fine)
		return cty.ObjectVal(out), ok
	}
	for i := range b.Schema.Blocks {
		if s := &b.Schema.Blocks[i]; !s.Old() {
			v, fine := r.group(n, f, b, s)
			put(s.Name, v, fine)
		}
	}
	return cty.ObjectVal(out), ok
}
