package funcs

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func sets() []Func {
	return []Func{
		{Name: "sethaselement", Doc: "Tells whether a set has an element.",
			Params:   []string{"set: the set", "value: what to look for"},
			Examples: []Example{{`sethaselement(["a", "b"], "b")`, `true`}},
			Func:     stdlib.SetHasElementFunc},
		{Name: "setintersection", Doc: "Gives what all of its sets have.",
			Params:   []string{"first: a set", "others: further sets"},
			Examples: []Example{{`setintersection(["a", "b"], ["b", "c"], ["b", "d"])`, `toset(["b"])`}},
			Func:     stdlib.SetIntersectionFunc},
		{Name: "setproduct", Doc: "Gives all combinations of the elements of its sets or lists, in their order.",
			Params:   []string{"sets: the sets or lists, two at least"},
			Examples: []Example{{`setproduct(["dev", "prod"], ["app1", "app2"])`, `[["dev", "app1"], ["dev", "app2"], ["prod", "app1"], ["prod", "app2"]]`}},
			Func:     stdlib.SetProductFunc, Check: checkCombinations},
		{Name: "setsubtract", Doc: "Gives what the first set has and the second has not.",
			Params:   []string{"a: the first set", "b: what to take from it"},
			Examples: []Example{{`setsubtract(["a", "b", "c"], ["a", "c"])`, `toset(["b"])`}},
			Func:     stdlib.SetSubtractFunc},
		{Name: "setsymmetricdifference", Doc: "Gives what just one of two sets has; of more, what an odd number of them has.",
			Params:   []string{"first: a set", "others: further sets"},
			Examples: []Example{{`setsymmetricdifference(["a", "b"], ["b", "c"])`, `toset(["a", "c"])`}},
			Func:     stdlib.SetSymmetricDifferenceFunc},
		{Name: "setunion", Doc: "Gives what any of its sets has.",
			Params:   []string{"first: a set", "others: further sets"},
			Examples: []Example{{`setunion(["a", "b"], ["b", "c"], ["d"])`, `toset(["a", "b", "c", "d"])`}},
			Func:     stdlib.SetUnionFunc},
	}
}

// checkCombinations bounds a product whose factors come from the arguments.
func checkCombinations(args []cty.Value) error {
	combinations, text := 1, 1
	for i, arg := range args {
		if !arg.IsKnown() || arg.IsNull() || !arg.CanIterateElements() {
			return nil // the function itself says what it makes of that
		}
		var m measure
		if err := m.add(arg); err != nil {
			return argument(i, err)
		}
		n := arg.LengthInt()
		if n > 0 && combinations > maxElements/n/len(args) {
			return argument(i, checkCount(maxElements+1))
		}
		combinations *= n
		text += m.text / max(n, 1)
	}
	return checkProduct(combinations, text)
}
