package resolve

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
)

// module is one module under evaluation: the recipe itself, or a library for one instance of a use block. What its
// expressions name is looked up in it and nowhere else.
type module struct {
	*decode.Module
	// caller is the instance of the use block that the module stands for, nil for the recipe itself.
	caller *object
	// dir is the value of path.module.
	dir   string
	funcs functions

	recipe  *decode.Block // nil without a recipe block
	vars    map[string]*decode.Block
	locals  map[string]*decode.Arg
	outputs []*decode.Block
	blocks  map[string]map[string]*decode.Block // of the kinds, by kind and name
	order   []*decode.Block                     // the same, in source order
	uses    map[string]*decode.Block
	given   map[string]VarValue
	// singles are the blocks that are no instances of anything: variables, outputs, the recipe block.
	singles map[*decode.Block]*object
	// listed are the instances of each block, once they are known.
	listed map[*decode.Block]*instances
	// origins tell where the value of a variable was taken from.
	origins map[*decode.Block]origin
}

func (r *resolver) newModule(m *decode.Module, caller *object, l Library) *module {
	if m.Std {
		l.Dir = "." // what its functions read is found from there
	}
	made := &module{
		Module: m, caller: caller, dir: l.Dir, uses: map[string]*decode.Block{},
		vars: map[string]*decode.Block{}, locals: map[string]*decode.Arg{}, blocks: map[string]map[string]*decode.Block{},
		given: map[string]VarValue{}, singles: map[*decode.Block]*object{}, listed: map[*decode.Block]*instances{},
		origins: map[*decode.Block]origin{},
	}
	for name := range r.in.Kinds {
		made.blocks[name] = map[string]*decode.Block{}
	}
	for _, b := range m.Blocks {
		made.declare(b)
	}
	r.declareFunctions(made, l.Functions)
	return made
}

// declare makes a block known by its name. Of two by one name the first counts; decoding reported the other.
func (m *module) declare(b *decode.Block) {
	switch b.Type {
	case "recipe":
		if m.recipe == nil {
			m.recipe = b
		}
	case "variable":
		if m.vars[b.Label] == nil {
			m.vars[b.Label] = b
		}
	case "locals":
		for _, name := range b.ArgOrder {
			if m.locals[name] == nil {
				m.locals[name] = b.Args[name]
			}
		}
	case "output":
		if !slices.ContainsFunc(m.outputs, func(o *decode.Block) bool { return o.Label == b.Label }) {
			m.outputs = append(m.outputs, b)
		}
	case decode.UseType:
		if m.uses[b.Label] == nil {
			m.uses[b.Label] = b
			m.order = append(m.order, b)
		}
	default:
		if named := m.blocks[b.Type]; named != nil && named[b.Label] == nil {
			named[b.Label] = b
			m.order = append(m.order, b)
		}
	}
}

// path is the module's part of addresses.
func (m *module) path() string {
	if m.caller == nil {
		return ""
	}
	return m.caller.text()
}

// single is a block that is no instance of anything as an object.
func (m *module) single(b *decode.Block) *object {
	o := m.singles[b]
	if o == nil {
		o = &object{in: m, b: b}
		m.singles[b] = o
	}
	return o
}

// frame is where an expression stands, which decides what the names in it mean.
type frame struct {
	in *module
	// of is the object whose each and self can be read, nil outside of blocks that stand for objects.
	of *object
	// names are those that dynamic blocks bind, innermost last.
	names []binding
}

// binding is a name that is bound to the element that a block is being made of.
type binding struct {
	name string
	from *decode.Arg // the for_each
	each
}

// each is an element of what a for_each goes through.
type each struct {
	key, value cty.Value
	uses       uses
}

func (f frame) with(name string, from *decode.Arg, e each) frame {
	f.names = append(slices.Clip(f.names), binding{name, from, e})
	return f
}

// bound finds what a name is bound to.
func (f frame) bound(name string) (each, bool) {
	for _, b := range slices.Backward(f.names) {
		if b.name == name {
			return b.each, true
		}
	}
	if name == "each" && f.of != nil && f.of.keyed {
		return f.of.each, true
	}
	return each{}, false
}
