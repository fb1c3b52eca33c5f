package funcs

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func collections() []Func {
	return []Func{
		{"alltrue", "Tells whether all elements of a list are true.", `alltrue([true, false])`, `false`, folded(true)},
		{"anytrue", "Tells whether any element of a list is true.", `anytrue([true, false])`, `true`, folded(false)},
		{"chunklist", "Cuts a list into lists of a length.", `length(chunklist(["a", "b", "c"], 2))`, `2`, stdlib.ChunklistFunc},
		{"coalesce", "Gives the first of its values that is not null.", `coalesce(null, "b", "c")`, `"b"`, stdlib.CoalesceFunc},
		{"coalescelist", "Gives the first of its lists that is not empty.", `coalescelist([], ["b"])`, `["b"]`, stdlib.CoalesceListFunc},
		{"compact", "Removes empty texts from a list.", `compact(["a", "", "b"])`, `tolist(["a", "b"])`, stdlib.CompactFunc},
		{"concat", "Joins lists into one.", `concat(["a"], ["b"])`, `["a", "b"]`, stdlib.ConcatFunc},
		{"contains", "Tells whether a list has an element.", `contains(["a", "b"], "a")`, `true`, stdlib.ContainsFunc},
		{"distinct", "Removes from a list what stands in it before.", `distinct(["a", "b", "a"])`, `tolist(["a", "b"])`, stdlib.DistinctFunc},
		{"element", "Gives an element of a list, counting from 0 and going round at its end.", `element(["a", "b"], 3)`, `"b"`, stdlib.ElementFunc},
		{"flatten", "Makes one list of lists within a list.", `flatten([["a"], ["b", ["c"]]])`, `["a", "b", "c"]`, stdlib.FlattenFunc},
		{"keys", "Gives the keys of a map, sorted.", `keys({ b = 1, a = 2 })`, `["a", "b"]`, stdlib.KeysFunc},
		{"length", "Counts the elements of a collection, or the characters of a text.", `length(["a", "b"]) + length("abc")`, `5`, length()},
		{"lookup", "Gives the value of a map's key, or a default where it has none.", `lookup({ a = "x" }, "b", "y")`, `"y"`, stdlib.LookupFunc},
		{"merge", "Joins maps; of equal keys the last counts.", `merge({ a = 1 }, { a = 2, b = 3 })`, `{ a = 2, b = 3 }`, stdlib.MergeFunc},
		{"range", "Counts from a start up to a limit, which is left out.", `range(3)`, `tolist([0, 1, 2])`, stdlib.RangeFunc},
		{"reverse", "Reverses a list.", `reverse(["a", "b"])`, `["b", "a"]`, stdlib.ReverseListFunc},
		{"slice", "Gives part of a list, from an index up to another, which is left out.", `slice(["a", "b", "c"], 1, 3)`, `["b", "c"]`, stdlib.SliceFunc},
		{"sort", "Sorts a list of texts.", `sort(["b", "a"])`, `tolist(["a", "b"])`, stdlib.SortFunc},
		{"values", "Gives the values of a map, in the order of its keys.", `values({ b = 1, a = 2 })`, `[2, 1]`, stdlib.ValuesFunc},
		{"zipmap", "Makes a map of a list of keys and a list of values.", `zipmap(["a", "b"], [1, 2])`, `{ a = 1, b = 2 }`, stdlib.ZipmapFunc},
	}
}

func sets() []Func {
	return []Func{
		{"setintersection", "Gives what all of its sets have.", `setintersection(["a", "b"], ["b", "c"])`, `toset(["b"])`, stdlib.SetIntersectionFunc},
		{"setproduct", "Gives all combinations of the elements of its sets.", `length(setproduct(["a", "b"], ["x", "y"]))`, `4`, stdlib.SetProductFunc},
		{"setsubtract", "Gives what the first set has and the second has not.", `setsubtract(["a", "b"], ["b"])`, `toset(["a"])`, stdlib.SetSubtractFunc},
		{"setunion", "Gives what any of its sets has.", `setunion(["a"], ["b"])`, `toset(["a", "b"])`, stdlib.SetUnionFunc},
	}
}

// folded is alltrue for true, and anytrue for false. Elements that are null count as false.
func folded(all bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for _, v := range args[0].AsValueSlice() {
				if !v.IsKnown() {
					return cty.UnknownVal(cty.Bool), nil
				}
				if holds := !v.IsNull() && v.True(); holds != all {
					return cty.BoolVal(holds), nil
				}
			}
			return cty.BoolVal(all), nil
		},
	})
}

// length is the cty library's, which knows collections only, and counts characters too.
func length() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
		Type: func(args []cty.Value) (cty.Type, error) {
			ty := args[0].Type()
			if ty == cty.String || ty == cty.DynamicPseudoType || ty.IsCollectionType() || ty.IsTupleType() || ty.IsObjectType() {
				return cty.Number, nil
			}
			return cty.Number, errors.New("a collection or a text is required")
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].Type() == cty.String {
				return stdlib.Strlen(args[0])
			}
			if args[0].Type().IsObjectType() {
				return cty.NumberIntVal(int64(len(args[0].Type().AttributeTypes()))), nil
			}
			return stdlib.Length(args[0])
		},
	})
}

// to makes a function that converts to a type; where its element type is left open, one is found that all
// elements convert to.
func to(ty cty.Type) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true, AllowMarked: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) {
			v, err := convert.Convert(args[0], ty)
			if err != nil {
				return cty.NilType, err
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) { return convert.Convert(args[0], want) },
	})
}
