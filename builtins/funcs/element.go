package funcs

import (
	"errors"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// folded is alltrue for true, and anytrue for false. Elements that are null count as false.
func folded(all bool) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			result := cty.BoolVal(all)
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				if !v.IsKnown() {
					result = cty.UnknownVal(cty.Bool)
				} else if holds := !v.IsNull() && v.True(); holds != all {
					return cty.BoolVal(holds), nil
				}
			}
			return result, nil
		},
	})
}

// distinct is the cty library's, but looks up what it has seen, where the library compares each with all before.
func distinct() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "list", Type: cty.List(cty.DynamicPseudoType)}},
		Type:         func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		RefineResult: notNull,
		Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(want), nil
			}
			seen := bag{}
			var kept []cty.Value
			for _, v := range args[0].AsValueSlice() {
				if !seen.has(v) {
					seen.add(v)
					kept = append(kept, v)
				}
			}
			if len(kept) == 0 {
				return cty.ListValEmpty(want.ElementType()), nil
			}
			return cty.ListVal(kept), nil
		},
	})
}

// bag is values by their hashes: the cty library's sets are put in order each time that they are asked.
type bag map[int][]cty.Value

func (b bag) has(v cty.Value) bool { return slices.ContainsFunc(b[v.Hash()], v.RawEquals) }
func (b bag) add(v cty.Value)      { b[v.Hash()] = append(b[v.Hash()], v) }

// length is the cty library's, which knows collections only, and counts characters and attributes too. What is
// sensitive within a collection does not make its length so.
func length() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowMarked: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			ty := args[0].Type()
			if ty == cty.String || ty == cty.DynamicPseudoType || ty.IsCollectionType() || ty.IsTupleType() || ty.IsObjectType() {
				return cty.Number, nil
			}
			return cty.Number, function.NewArgErrorf(0, "a collection or a text is required")
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, marks := args[0].Unmark()
			switch ty := v.Type(); {
			case ty.IsTupleType():
				return cty.NumberIntVal(int64(ty.Length())).WithMarks(marks), nil
			case ty.IsObjectType():
				return cty.NumberIntVal(int64(len(ty.AttributeTypes()))).WithMarks(marks), nil
			case ty == cty.DynamicPseudoType:
				return cty.UnknownVal(cty.Number).WithMarks(marks), nil
			case ty == cty.String:
				n, err := stdlib.Strlen(v)
				return n.WithMarks(marks), err
			}
			return v.Length().WithMarks(marks), nil
		},
	})
}

// position is the index of a list's first element that equals a value.
func position() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType}},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if ty := args[0].Type(); !ty.IsListType() && !ty.IsTupleType() {
				return cty.NilVal, function.NewArgErrorf(0, "a list is required")
			}
			for it := args[0].ElementIterator(); it.Next(); {
				i, v := it.Element()
				equal, err := stdlib.Equal(v, args[1])
				if err != nil {
					return cty.NilVal, err
				}
				if !equal.IsKnown() {
					return cty.UnknownVal(cty.Number), nil
				}
				if equal.True() {
					return i, nil
				}
			}
			return cty.NilVal, function.NewArgErrorf(1, "it is not in the list")
		},
	})
}

// lookup is the cty library's, with a default that may be left out or null.
func lookup() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "map", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowMarked: true},
			{Name: "key", Type: cty.String, AllowUnknown: true, AllowMarked: true},
		},
		VarParam: &function.Parameter{
			Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true, AllowMarked: true,
		},
		Type: func(args []cty.Value) (cty.Type, error) {
			key, _ := args[1].Unmark()
			switch ty := args[0].Type(); {
			case ty.IsMapType():
				return ty.ElementType(), nil
			case !ty.IsObjectType():
				return cty.NilType, function.NewArgErrorf(0, "a map or object is required")
			case key.IsKnown() && ty.HasAttribute(key.AsString()):
				return ty.AttributeType(key.AsString()), nil
			case key.IsKnown() && len(args) == 3:
				return args[2].Type(), nil
			}
			return cty.DynamicPseudoType, nil
		},
		Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) {
			m, marks := args[0].Unmark()
			key, more := args[1].Unmark()
			v, err := pick(m, key, args[2:], want)
			if err != nil {
				return cty.NilVal, err
			}
			return v.WithMarks(marks, more), nil
		},
	})
}

// pick gives what a map or object has under a key, or the default if there is one.
func pick(m, key cty.Value, otherwise []cty.Value, want cty.Type) (cty.Value, error) {
	if !m.IsKnown() || !key.IsKnown() {
		return cty.UnknownVal(want), nil
	}
	if m.Type().IsObjectType() {
		if m.Type().HasAttribute(key.AsString()) {
			return m.GetAttr(key.AsString()), nil
		}
	} else if m.HasIndex(key).True() {
		return m.Index(key), nil
	}
	if len(otherwise) == 0 {
		return cty.NilVal, function.NewArgErrorf(1, "there is no key %q, and no default is given", key.AsString())
	}
	v, err := convert.Convert(otherwise[0], want)
	if err != nil {
		return cty.NilVal, function.NewArgErrorf(2, "the default must be of the same type as the map's values")
	}
	return v, nil
}

func checkMaps(args []cty.Value) error {
	for i, arg := range args {
		if ty := arg.Type(); ty != cty.DynamicPseudoType && !ty.IsMapType() && !ty.IsObjectType() {
			return function.NewArgErrorf(i, "a map or object is required")
		}
	}
	return nil
}

func matchkeys() function.Function {
	list := cty.List(cty.DynamicPseudoType)
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "values", Type: list}, {Name: "keys", Type: list}, {Name: "search", Type: list}},
		Type: func(args []cty.Value) (cty.Type, error) {
			if ty, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()}); ty == cty.NilType {
				return cty.NilType, function.NewArgErrorf(2, "its elements must be of the same type as the keys")
			}
			return args[0].Type(), nil
		},
		RefineResult: notNull,
		Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() || !args[1].IsWhollyKnown() || !args[2].IsWhollyKnown() {
				return cty.UnknownVal(want), nil
			}
			if args[0].LengthInt() != args[1].LengthInt() {
				return cty.NilVal, function.NewArgErrorf(1, "there must be as many keys as values")
			}
			return chosen(args, want)
		},
	})
}

func chosen(args []cty.Value, want cty.Type) (cty.Value, error) {
	ty, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
	keys, err := convert.Convert(args[1], ty)
	if err != nil {
		return cty.NilVal, function.NewArgError(1, err)
	}
	search, err := convert.Convert(args[2], ty)
	if err != nil {
		return cty.NilVal, function.NewArgError(2, err)
	}
	wanted := bag{}
	for _, v := range search.AsValueSlice() {
		wanted.add(v)
	}
	var found []cty.Value
	values := args[0].AsValueSlice()
	for i, key := range keys.AsValueSlice() {
		if wanted.has(key) {
			found = append(found, values[i])
		}
	}
	if len(found) == 0 {
		return cty.ListValEmpty(want.ElementType()), nil
	}
	return cty.ListVal(found), nil
}

func one() function.Function {
	refuse := func() error { return function.NewArgErrorf(0, "a list or set of one element at most is required") }
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
		Type: func(args []cty.Value) (cty.Type, error) {
			ty := args[0].Type()
			switch {
			case ty.IsListType() || ty.IsSetType():
				return ty.ElementType(), nil
			case ty.IsTupleType() && ty.Length() == 0:
				return cty.DynamicPseudoType, nil
			case ty.IsTupleType() && ty.Length() == 1:
				return ty.TupleElementType(0), nil
			}
			return cty.NilType, refuse()
		},
		Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) {
			if length := args[0].Length(); !length.IsKnown() {
				return cty.UnknownVal(want), nil
			}
			switch all := args[0].AsValueSlice(); len(all) {
			case 0:
				return cty.NullVal(want), nil
			case 1:
				return all[0], nil
			}
			return cty.NilVal, refuse()
		},
	})
}

func transpose() function.Function {
	of := cty.Map(cty.List(cty.String))
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "map", Type: of}},
		Type:         function.StaticReturnType(of),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(of), nil
			}
			turned := map[string][]cty.Value{}
			for it := args[0].ElementIterator(); it.Next(); {
				key, list := it.Element()
				if list.IsNull() {
					return cty.NilVal, function.NewArgError(0, errors.New("a list in it is null"))
				}
				for _, v := range list.AsValueSlice() {
					if v.IsNull() {
						return cty.NilVal, function.NewArgError(0, errors.New("an element of a list in it is null"))
					}
					turned[v.AsString()] = append(turned[v.AsString()], key)
				}
			}
			if len(turned) == 0 {
				return cty.MapValEmpty(cty.List(cty.String)), nil
			}
			result := map[string]cty.Value{}
			for key, list := range turned {
				result[key] = cty.ListVal(list)
			}
			return cty.MapVal(result), nil
		},
	})
}
