package funcs

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// converted converts a value to a type. To make a collection of a tuple or an object, the library holds the type of each
// element against that of each other, more than once, which takes half a minute for 40,000. So the types that differ, which
// are few, are picked out and brought to one, and each element is converted by itself. What is special about the elements
// is left to the library.
func converted(v cty.Value, ty cty.Type) (cty.Value, error) {
	plain, marks := v.Unmark()
	if plain.IsNull() || !plain.IsKnown() || !ty.IsCollectionType() {
		return convert.Convert(v, ty)
	}
	one := ty.ElementType()
	types := differing(plain.Type(), ty)
	if len(types) == 0 {
		return convert.Convert(v, ty)
	}
	if one == cty.DynamicPseudoType {
		one, _ = convert.UnifyUnsafe(types)
	}
	if one == cty.NilType || one.HasDynamicTypes() {
		return convert.Convert(v, ty)
	}
	var list []cty.Value
	named := map[string]cty.Value{}
	for it := plain.ElementIterator(); it.Next(); {
		key, el := it.Element()
		el, err := convert.Convert(el, one)
		if err != nil {
			return convert.Convert(v, ty) // whose error names the place
		}
		if ty.IsMapType() {
			named[key.AsString()] = el
		} else {
			list = append(list, el)
		}
	}
	switch {
	case ty.IsListType():
		return cty.ListVal(list).WithMarks(marks), nil
	case ty.IsSetType():
		return cty.SetVal(list).WithMarks(marks), nil
	}
	return cty.MapVal(named).WithMarks(marks), nil
}

// maxDiffering is how many types are worth picking out: holding each element against them takes time as well.
const maxDiffering = 50

// differing are the types of the elements of a tuple or object, each once, where a collection is to be made of it. There
// are none where any is open, or there are too many.
func differing(from, to cty.Type) []cty.Type {
	var all []cty.Type
	switch {
	case from.IsTupleType() && !to.IsMapType():
		all = from.TupleElementTypes()
	case from.IsObjectType() && to.IsMapType():
		attrs := from.AttributeTypes()
		for _, name := range slices.Sorted(maps.Keys(attrs)) {
			all = append(all, attrs[name])
		}
	}
	var types []cty.Type
	for _, t := range all {
		if slices.ContainsFunc(types, t.Equals) {
			continue
		}
		if types = append(types, t); len(types) > maxDiffering || t.HasDynamicTypes() {
			return nil
		}
	}
	return types
}
