package funcs

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func numbers() []Func {
	return []Func{
		{Name: "abs", Doc: "Gives a number without its sign.",
			Params:   []string{"number: the number"},
			Examples: []Example{{`abs(-3)`, `3`}, {`abs(2.5)`, `2.5`}},
			Func:     stdlib.AbsoluteFunc},
		{Name: "ceil", Doc: "Rounds a number up to a whole one.",
			Params:   []string{"number: the number"},
			Examples: []Example{{`ceil(5.1)`, `6`}, {`ceil(-1.8)`, `-1`}},
			Func:     stdlib.CeilFunc},
		{Name: "floor", Doc: "Rounds a number down to a whole one.",
			Params:   []string{"number: the number"},
			Examples: []Example{{`floor(4.9)`, `4`}, {`floor(-1.8)`, `-2`}},
			Func:     stdlib.FloorFunc},
		{Name: "int", Doc: "Cuts off what stands behind a number's point.",
			Params:   []string{"number: the number"},
			Examples: []Example{{`int(3.75)`, `3`}, {`int(-3.75)`, `-3`}},
			Func:     stdlib.IntFunc},
		{Name: "log", Doc: "Gives the logarithm of a number.",
			Params:   []string{"number: the number", "base: the base of the logarithm"},
			Examples: []Example{{`log(16, 2)`, `4`}, {`ceil(log(15, 2))`, `4`}},
			Func:     stdlib.LogFunc},
		{Name: "max", Doc: "Gives the largest of its numbers.",
			Params:   []string{"numbers: the numbers, one at least"},
			Examples: []Example{{`max(12, 54, 3)`, `54`}, {`max([12, 54, 3]...)`, `54`}},
			Func:     stdlib.MaxFunc},
		{Name: "min", Doc: "Gives the smallest of its numbers.",
			Params:   []string{"numbers: the numbers, one at least"},
			Examples: []Example{{`min(12, 54, 3)`, `3`}},
			Func:     stdlib.MinFunc},
		{Name: "parseint", Doc: "Reads a whole number written in a base.",
			Params:   []string{"text: the digits", "base: from 2 to 62"},
			Examples: []Example{{`parseint("FF", 16)`, `255`}, {`parseint("-10", 2)`, `-2`}},
			Func:     stdlib.ParseIntFunc},
		{Name: "pow", Doc: "Raises a number to a power.",
			Params:   []string{"number: the number", "power: the power"},
			Examples: []Example{{`pow(3, 2)`, `9`}, {`pow(4, 0.5)`, `2`}},
			Func:     stdlib.PowFunc},
		{Name: "signum", Doc: "Gives -1, 0 or 1 by a number's sign.",
			Params:   []string{"number: the number"},
			Examples: []Example{{`signum(-13)`, `-1`}, {`signum(0)`, `0`}},
			Func:     stdlib.SignumFunc},
		{Name: "sum", Doc: "Adds up the numbers of a list or set, which must have one at least.",
			Params:   []string{"numbers: the list or set"},
			Examples: []Example{{`sum([10, 13, 6, 4.5])`, `33.5`}},
			Func:     sum()},
	}
}

func sum() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "numbers", Type: cty.DynamicPseudoType}},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !isSequence(args[0].Type()) {
				return cty.NilVal, function.NewArgErrorf(0, "a list or set of numbers is required")
			}
			if args[0].Length().RawEquals(cty.Zero) {
				return cty.NilVal, function.NewArgErrorf(0, "there is nothing to add up; a list of one number at least is required")
			}
			total := cty.Zero
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				n, err := convert.Convert(v, cty.Number)
				if err != nil || n.IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "all elements must be numbers")
				}
				if total, err = stdlib.Add(total, n); err != nil {
					return cty.NilVal, function.NewArgError(0, errors.New("infinity and its opposite have no sum"))
				}
			}
			return total, nil
		},
	})
}

// isSequence tells whether a type is one of lists, sets or tuples.
func isSequence(ty cty.Type) bool { return ty.IsListType() || ty.IsSetType() || ty.IsTupleType() }

// notNull says of a function that it never gives null.
func notNull(b *cty.RefinementBuilder) *cty.RefinementBuilder { return b.NotNull() }
