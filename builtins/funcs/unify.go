package funcs

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// converted converts a value to a type. Where a collection's element type is left open, the library finds one by holding
// the type of each element against that of each other, which takes half a minute for 40,000; so the types that differ are
// picked out first, which are few.
func converted(v cty.Value, ty cty.Type) (cty.Value, error) {
	if types := differing(v, ty); len(types) > 1 {
		if one, _ := convert.UnifyUnsafe(types); one != cty.NilType && one != cty.DynamicPseudoType {
			return convert.Convert(v, collectionOf(ty, one))
		}
	}
	return convert.Convert(v, ty)
}

// maxDiffering is how many types are worth picking out: holding each element against them takes time as well.
const maxDiffering = 50

// differing are the types of a value's elements, each once; nil where ty leaves no element type open, or v is no such value.
func differing(v cty.Value, ty cty.Type) []cty.Type {
	if !ty.IsCollectionType() || ty.ElementType() != cty.DynamicPseudoType {
		return nil
	}
	var all []cty.Type
	switch from := v.Type(); {
	case from.IsTupleType() && !ty.IsMapType():
		all = from.TupleElementTypes()
	case from.IsObjectType() && ty.IsMapType():
		attrs := from.AttributeTypes()
		for _, name := range slices.Sorted(maps.Keys(attrs)) {
			all = append(all, attrs[name])
		}
	}
	var types []cty.Type
	for _, t := range all {
		if !slices.ContainsFunc(types, t.Equals) {
			if types = append(types, t); len(types) > maxDiffering {
				return nil
			}
		}
	}
	return types
}

func collectionOf(like, element cty.Type) cty.Type {
	switch {
	case like.IsListType():
		return cty.List(element)
	case like.IsSetType():
		return cty.Set(element)
	}
	return cty.Map(element)
}
