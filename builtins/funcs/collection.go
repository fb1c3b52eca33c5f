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
		{Name: "alltrue", Doc: "Tells whether all elements of a list are true.", Example: `alltrue([true, false])`, Result: `false`, Func: folded(true)},
		{Name: "anytrue", Doc: "Tells whether any element of a list is true.", Example: `anytrue([true, false])`, Result: `true`, Func: folded(false)},
		{Name: "chunklist", Doc: "Cuts a list into lists of a length.", Example: `length(chunklist(["a", "b", "c"], 2))`, Result: `2`, Func: stdlib.ChunklistFunc},
		{Name: "coalesce", Doc: "Gives the first of its values that is not null.", Example: `coalesce(null, "b", "c")`, Result: `"b"`, Func: stdlib.CoalesceFunc},
		{Name: "coalescelist", Doc: "Gives the first of its lists that is not empty.", Example: `coalescelist([], ["b"])`, Result: `["b"]`, Func: stdlib.CoalesceListFunc},
		{Name: "compact", Doc: "Removes empty texts from a list.", Example: `compact(["a", "", "b"])`, Result: `tolist(["a", "b"])`, Func: stdlib.CompactFunc},
		{Name: "concat", Doc: "Joins lists into one.", Example: `concat(["a"], ["b"])`, Result: `["a", "b"]`, Func: stdlib.ConcatFunc},
		{Name: "contains", Doc: "Tells whether a list has an element.", Example: `contains(["a", "b"], "a")`, Result: `true`, Func: stdlib.ContainsFunc},
		{Name: "distinct", Doc: "Removes from a list what stands in it before.", Example: `distinct(["a", "b", "a"])`, Result: `tolist(["a", "b"])`, Func: stdlib.DistinctFunc},
		{Name: "element", Doc: "Gives an element of a list, counting from 0 and going round at its end.", Example: `element(["a", "b"], 3)`, Result: `"b"`, Func: stdlib.ElementFunc},
		{Name: "flatten", Doc: "Makes one list of lists within a list.", Example: `flatten([["a"], ["b", ["c"]]])`, Result: `["a", "b", "c"]`, Func: stdlib.FlattenFunc},
		{Name: "keys", Doc: "Gives the keys of a map, sorted.", Example: `keys({ b = 1, a = 2 })`, Result: `["a", "b"]`, Func: stdlib.KeysFunc},
		{Name: "length", Doc: "Counts the elements of a collection, or the characters of a text.", Example: `length(["a", "b"]) + length("abc")`, Result: `5`, Func: length()},
		{Name: "lookup", Doc: "Gives the value of a map's key, or a default where it has none.", Example: `lookup({ a = "x" }, "b", "y")`, Result: `"y"`, Func: stdlib.LookupFunc},
		{Name: "merge", Doc: "Joins maps; of equal keys the last counts.", Example: `merge({ a = 1 }, { a = 2, b = 3 })`, Result: `{ a = 2, b = 3 }`, Func: stdlib.MergeFunc},
		{Name: "range", Doc: "Counts from a start up to a limit, which is left out.", Example: `range(3)`, Result: `tolist([0, 1, 2])`, Func: stdlib.RangeFunc},
		{Name: "reverse", Doc: "Reverses a list.", Example: `reverse(["a", "b"])`, Result: `["b", "a"]`, Func: stdlib.ReverseListFunc},
		{Name: "slice", Doc: "Gives part of a list, from an index up to another, which is left out.", Example: `slice(["a", "b", "c"], 1, 3)`, Result: `["b", "c"]`, Func: stdlib.SliceFunc},
		{Name: "sort", Doc: "Sorts a list of texts.", Example: `sort(["b", "a"])`, Result: `tolist(["a", "b"])`, Func: stdlib.SortFunc},
		{Name: "values", Doc: "Gives the values of a map, in the order of its keys.", Example: `values({ b = 1, a = 2 })`, Result: `[2, 1]`, Func: stdlib.ValuesFunc},
		{Name: "zipmap", Doc: "Makes a map of a list of keys and a list of values.", Example: `zipmap(["a", "b"], [1, 2])`, Result: `{ a = 1, b = 2 }`, Func: stdlib.ZipmapFunc},
	}
}

func sets() []Func {
	return []Func{
		{Name: "setintersection", Doc: "Gives what all of its sets have.", Example: `setintersection(["a", "b"], ["b", "c"])`, Result: `toset(["b"])`, Func: stdlib.SetIntersectionFunc},
		{Name: "setproduct", Doc: "Gives all combinations of the elements of its sets.", Example: `length(setproduct(["a", "b"], ["x", "y"]))`, Result: `4`, Func: stdlib.SetProductFunc},
		{Name: "setsubtract", Doc: "Gives what the first set has and the second has not.", Example: `setsubtract(["a", "b"], ["b"])`, Result: `toset(["a"])`, Func: stdlib.SetSubtractFunc},
		{Name: "setunion", Doc: "Gives what any of its sets has.", Example: `setunion(["a"], ["b"])`, Result: `toset(["a", "b"])`, Func: stdlib.SetUnionFunc},
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
