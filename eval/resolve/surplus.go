package resolve

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/diag"
)

// surplus finds an attribute of a value that its type does not have, which conversion would drop without a word: most
// of them are slips, and with optional attributes nothing else would tell. It returns the path of the attribute and
// did-you-mean.
func surplus(v cty.Value, ty cty.Type, path cty.Path) (at cty.Path, hint string) {
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() {
		return nil, ""
	}
	switch {
	case ty.IsObjectType() && isObject(v.Type()):
		return surplusAttribute(v, ty, path)
	case ty.IsMapType() && isObject(v.Type()):
		values := v.AsValueMap()
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if at, hint := surplus(values[name], ty.ElementType(), path.IndexString(name)); at != nil {
				return at, hint
			}
		}
	case isList(ty) && isList(v.Type()):
		for i, el := range v.AsValueSlice() {
			if at, hint := surplus(el, elementType(ty, i), path.IndexInt(i)); at != nil {
				return at, hint
			}
		}
	}
	return nil, ""
}

func surplusAttribute(v cty.Value, ty cty.Type, path cty.Path) (cty.Path, string) {
	values := v.AsValueMap()
	names := slices.Sorted(maps.Keys(ty.AttributeTypes()))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !ty.HasAttribute(name) {
			return path.GetAttr(name), diag.DidYouMean(name, names)
		}
		if at, hint := surplus(values[name], ty.AttributeType(name), path.GetAttr(name)); at != nil {
			return at, hint
		}
	}
	return nil, ""
}

// elementType is the type of an element of a list, set or tuple; any where the tuple is shorter.
func elementType(ty cty.Type, i int) cty.Type {
	if !ty.IsTupleType() {
		return ty.ElementType()
	}
	if types := ty.TupleElementTypes(); i < len(types) {
		return types[i]
	}
	return cty.DynamicPseudoType
}
