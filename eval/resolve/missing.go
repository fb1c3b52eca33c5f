package resolve

import (
	"strconv"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
)

// missing tells why there is no resource at an address: what of the way to it, from the outermost library inwards, is
// not there.
func (r *resolver) missing(a addr.Addr) state.Missing {
	m, inside, why := r.enclosing(a)
	if m == nil {
		return why
	}
	b := m.blocks[a.Kind][a.Name]
	if b == nil {
		return state.Missing{Why: a.String() + " is no longer in " + inside}
	}
	return r.absent(m, b, a)
}

// enclosing is the module that an address is in, or, where that is gone, why.
func (r *resolver) enclosing(a addr.Addr) (m *module, inside string, why state.Missing) {
	if a.Module == "" {
		return r.root, "the recipe", state.Missing{}
	}
	use, err := addr.Parse(a.Module)
	if err != nil {
		return nil, "", state.Missing{Why: a.String() + " is no longer in the recipe"}
	}
	outer, inside, why := r.enclosing(use)
	if outer == nil {
		return nil, "", why
	}
	b := outer.uses[use.Name]
	if b == nil {
		return nil, "", state.Missing{Why: "library " + use.String() + " is no longer in " + inside}
	}
	if o := find(outer.listed[b], use.Key); o != nil {
		if lib := r.libraries[o]; lib != nil {
			return lib, "library " + use.String(), state.Missing{}
		}
	}
	return nil, "", r.absent(outer, b, use)
}

// absent tells why a block that is there does not stand for an object: its for_each has no such key, or it is disabled.
func (r *resolver) absent(m *module, b *decode.Block, a addr.Addr) state.Missing {
	what := a
	what.Key = ""
	list := m.listed[b]
	o := find(list, a.Key)
	switch {
	case o != nil:
		return state.Missing{Why: a.String() + " is disabled", Source: r.argSource(o, enabledArg)}
	case a.Key == "" && b.Args[forEach] != nil:
		return state.Missing{Why: what.String() + " has a for_each now and stands for other objects", Source: r.argSource(m.single(b), forEach)}
	case b.Args[forEach] == nil:
		return state.Missing{Why: what.String() + " has no for_each any more, so it has no instance " + strconv.Quote(a.Key), Source: state.Source{Range: b.Range}}
	}
	return state.Missing{Why: strconv.Quote(a.Key) + " is no longer a key of " + what.String() + "'s for_each", Source: r.argSource(m.single(b), forEach)}
}

// find is the instance of a key.
func find(list *instances, key string) *object {
	if list == nil {
		return nil
	}
	for _, o := range list.all {
		if o.addr.Key == key {
			return o
		}
	}
	return nil
}
