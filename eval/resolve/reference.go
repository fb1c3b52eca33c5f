package resolve

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/addr"
)

// A reference to a block is an object with the attribute addr, those attributes of the block that the same
// expression reads, and one under a name that no expression can write, by which a Ref argument knows it. As an
// ordinary object it goes through lists, conditionals and functions; both sides of a conditional have one
// type, whatever blocks they name.

// hidden is the name of the attribute that makes an object a reference. It begins with what Unicode says is no
// character, so that no text has it by chance.
const hidden = "\ufdd0reference"

// reference is what a Ref argument takes.
type reference struct {
	addr addr.Addr
	port string // of a named port of a service
}

func (r reference) String() string {
	if r.port != "" {
		return r.addr.String() + "." + r.port
	}
	return r.addr.String()
}

// refs makes references. Equal ones share a pointer, which is how they compare as values.
type refs struct {
	typ    cty.Type
	shared map[reference]*reference
}

func newRefs() refs {
	return refs{cty.Capsule(hidden, reflect.TypeFor[reference]()), map[reference]*reference{}}
}

// value makes a reference with further attributes of what it leads to.
func (f refs) value(ref reference, attrs map[string]cty.Value) cty.Value {
	p := f.shared[ref]
	if p == nil {
		p = &ref
		f.shared[ref] = p
	}
	all := map[string]cty.Value{"addr": cty.StringVal(ref.addr.String()), hidden: cty.CapsuleVal(f.typ, p)}
	if ref.port != "" {
		all["port"] = cty.StringVal(ref.port)
	}
	for name, v := range attrs {
		all[name] = v
	}
	return cty.ObjectVal(all)
}

// of tells whether a value, known and without a mark on its outside, is a reference, and to what.
func (f refs) of(v cty.Value) (reference, bool) {
	if !f.isType(v.Type()) || v.IsNull() || !v.IsKnown() {
		return reference{}, false
	}
	inner, _ := v.GetAttr(hidden).Unmark()
	if inner.IsNull() || !inner.IsKnown() {
		return reference{}, false
	}
	return *inner.EncapsulatedValue().(*reference), true
}

// typeOf is the type of a reference of which no attributes are read.
func (f refs) typeOf() cty.Type {
	return cty.Object(map[string]cty.Type{"addr": cty.String, hidden: f.typ})
}

// group tells whether a value is the instances of one block: an object of references by their keys. An empty object
// is that of none.
func (f refs) group(v cty.Value) bool {
	if !v.Type().IsObjectType() || v.IsNull() || !v.IsKnown() || f.isType(v.Type()) {
		return false
	}
	for _, ty := range v.Type().AttributeTypes() {
		if !f.isType(ty) {
			return false
		}
	}
	return true
}

func (f refs) isType(t cty.Type) bool {
	return t.IsObjectType() && t.HasAttribute(hidden) && t.AttributeType(hidden).Equals(f.typ)
}
