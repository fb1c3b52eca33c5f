package resolve

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// object is one of the things that a block stands for: the only one, or the one of a key of its for_each. It is
// what values belong to.
type object struct {
	in   *module
	b    *decode.Block
	addr addr.Addr
	// keyed says that the block has a for_each, and each is then the object's element of it.
	keyed bool
	each
}

func (o *object) frame() frame { return frame{in: o.in, of: o} }

// text names an object as a reference does.
func (o *object) text() string {
	switch {
	case !o.addr.IsZero():
		return o.addr.String()
	case o.b.Label == "":
		return o.b.Type
	}
	return o.b.Type + "." + o.b.Label
}

// instances are the objects that a block stands for.
type instances struct {
	// all are in order of their keys, the disabled ones among them.
	all   []*object
	byKey map[string]*object // nil for a block without for_each
	// unknown says that the keys are not known yet, which only a check allows; all has one object, for any.
	unknown bool
	// ok is false where the for_each has an error.
	ok bool
	// uses are what for_each names.
	uses uses
}

func (i *instances) keys() []string {
	var keys []string
	for _, o := range i.all {
		if o.addr.Key != "" {
			keys = append(keys, o.addr.Key)
		}
	}
	return keys
}

// instances gives the objects that a block stands for. Its for_each is evaluated once.
func (r *resolver) instances(m *module, b *decode.Block, at hcl.Range) *instances {
	if known := m.listed[b]; known != nil {
		return known
	}
	a := b.Args[forEach]
	if a == nil {
		made := &instances{ok: true, all: []*object{r.object(m, b, "")}}
		m.listed[b] = made
		return made
	}
	var made *instances
	one := m.single(b)
	n := r.node(nodeKey{of: one, part: listing}, one.text()+"."+forEach, at, func(n *node) (cty.Value, bool) {
		made = r.listInstances(n, m, b, a)
		return cty.DynamicVal, made.ok
	})
	if made == nil || !n.done {
		return &instances{} // part of a circle, which was reported
	}
	m.listed[b] = made
	return made
}

func (r *resolver) listInstances(n *node, m *module, b *decode.Block, a *decode.Arg) *instances {
	found, known, ok := r.elements(n, frame{in: m}, a)
	made := &instances{ok: ok, unknown: !known, uses: n.uses.all(), byKey: map[string]*object{}}
	for _, e := range found {
		key := ""
		if known {
			key = e.key.AsString()
			if !r.goodKey(key, a) {
				made.ok = false
				continue
			}
		}
		o := r.object(m, b, key)
		o.keyed, o.each = true, e
		made.all = append(made.all, o)
		if known {
			made.byKey[key] = o
		}
	}
	return made
}

func (r *resolver) object(m *module, b *decode.Block, key string) *object {
	o := &object{in: m, b: b, addr: addr.Addr{Module: m.path(), Kind: b.Type, Name: b.Label, Key: key}}
	if r.objects[o.addr] == nil {
		r.objects[o.addr] = o
	}
	return o
}

// maxKey is how long a key may be: it becomes part of names that have a limit of 63 in networks.
const maxKey = 40

// goodKey reports a key that the names of objects cannot hold.
func (r *resolver) goodKey(key string, a *decode.Arg) bool {
	bad := func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.')
	}
	alnum := func(c byte) bool { return c != '_' && c != '-' && c != '.' }
	if key != "" && len(key) <= maxKey && !slices.ContainsFunc([]rune(key), bad) && alnum(key[0]) && alnum(key[len(key)-1]) {
		return true
	}
	r.errorf(diag.InvalidName, a.Expr.Range(), "Invalid key",
		"%q cannot be the key of an instance, since it becomes part of the names of objects. A key has letters, digits, and between them _, - and ., at most %d in all.",
		short(key), maxKey)
	return false
}

// enabled tells whether an object is wanted at all. What is not known yet counts as wanted.
func (r *resolver) enabled(o *object, at hcl.Range) (on, ok bool) {
	a := o.b.Args[enabledArg]
	if a == nil {
		return true, true
	}
	n := r.argument(o, enabledArg, at)
	if !n.ok {
		return false, false
	}
	return !n.value.IsKnown() || n.value.IsNull() || n.value.True(), true
}

// wanted are the instances that are enabled.
func (r *resolver) wanted(all *instances, at hcl.Range) ([]*object, bool) {
	if !slices.ContainsFunc(all.all, func(o *object) bool { return o.b.Args[enabledArg] != nil }) {
		return all.all, true
	}
	var out []*object
	ok := true
	for _, o := range all.all {
		on, fine := r.enabled(o, at)
		ok = ok && fine
		if on {
			out = append(out, o)
		}
	}
	return out, ok
}
