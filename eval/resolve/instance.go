package resolve

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// dependsOn is the argument by which a block waits for others that its arguments do not name. It is no part of
// the block's spec: waiting for something else makes no other object.
const dependsOn = "depends_on"

// apart tells whether an argument is about the block rather than the objects that it stands for, and so no part of
// their spec.
func apart(name string) bool { return name == dependsOn || name == forEach || name == enabledArg }

// export gives an attribute that a block's kind computes.
func (r *resolver) export(o *object, name string, at hcl.Range) *node {
	key := nodeKey{of: o, part: export, name: name}
	return r.node(key, o.text()+"."+name, at, func(*node) (cty.Value, bool) {
		self := &instance{r: r, o: o, at: at}
		v, diags := r.in.Kinds[o.b.Type].Export(self, name)
		r.report(diags...)
		switch {
		case self.failed || diags.HasErrors():
			return cty.DynamicVal, false
		case self.unknown:
			return cty.DynamicVal, true
		case v == cty.NilVal:
			r.errorf(diag.Internal, at, "Internal error", "A %s does not export %q, though it says so. Please report it.", o.b.Type, name)
			return cty.DynamicVal, false
		}
		return v, true
	})
}

// instance is a block as its kind sees it while an attribute is computed. It keeps whether what the kind read had
// errors, all reported by then, or was unknown.
type instance struct {
	r               *resolver
	o               *object
	at              hcl.Range
	failed, unknown bool
}

// Addr is the block's address.
func (i *instance) Addr() addr.Addr { return i.o.addr }

// Named is the address that gives the object its name.
func (i *instance) Named() addr.Addr { return i.r.moves.known.Named(i.o.addr) }

// Recipe is the recipe that the block belongs to.
func (i *instance) Recipe() state.Recipe {
	name := i.r.recipeName(i.at)
	if !name.ok {
		i.failed = true
		return state.Recipe{}
	}
	i.unknown = i.unknown || !name.value.IsKnown()
	return i.r.head()
}

// Spec evaluates arguments and nested blocks; see kind.Instance.
func (i *instance) Spec(names ...string) ([]byte, bool, hcl.Diagnostics) {
	p := i.r.parts(i.o, i.at, func(name string) bool {
		return len(names) == 0 || slices.Contains(names, name)
	})
	if !p.ok {
		i.failed = true
		return nil, false, nil
	}
	e := encoder{refs: i.r.refs}
	spec := e.bytes(p.value())
	if e.unknown {
		i.unknown = true
		return nil, false, nil
	}
	return spec, true, nil
}

// parts are the evaluated arguments and nested blocks of a top-level block.
type parts struct {
	values map[string]cty.Value
	uses   uses
	ok     bool
}

func (p *parts) add(name string, n *node) {
	p.ok = p.ok && n.ok
	p.uses = p.uses.with(n.uses.all())
	if !isUnset(n.value) {
		p.values[name] = n.value
	}
}

func (p *parts) value() cty.Value { return cty.ObjectVal(p.values) }

// parts evaluates what is wanted of a block. The nested blocks of an ordered one are wanted as "steps", or by
// the type of any.
func (r *resolver) parts(o *object, at hcl.Range, wanted func(name string) bool) *parts {
	b := o.b
	p := &parts{values: map[string]cty.Value{}, ok: true}
	for i := range b.Schema.Args {
		if s := &b.Schema.Args[i]; !s.Raw && s.Later == "" && !s.Old() && !apart(s.Name) && wanted(s.Name) {
			p.add(s.Name, r.argument(o, s.Name, at))
		}
	}
	if b.Schema.Ordered {
		if wanted("steps") || slices.ContainsFunc(b.Schema.BlockNames(), wanted) {
			p.add("steps", r.steps(o, at))
		}
		return p
	}
	for i := range b.Schema.Blocks {
		if s := &b.Schema.Blocks[i]; s.Later == "" && !s.Old() && s.Name != "dynamic" && wanted(s.Name) {
			p.add(s.Name, r.nested(o, s, at))
		}
	}
	return p
}
