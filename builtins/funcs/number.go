package funcs

import "github.com/zclconf/go-cty/cty/function/stdlib"

func numbers() []Func {
	return []Func{
		{Name: "abs", Doc: "Gives a number without its sign.", Example: `abs(-3)`, Result: `3`, Func: stdlib.AbsoluteFunc},
		{Name: "ceil", Doc: "Rounds a number up to a whole one.", Example: `ceil(1.2)`, Result: `2`, Func: stdlib.CeilFunc},
		{Name: "floor", Doc: "Rounds a number down to a whole one.", Example: `floor(1.8)`, Result: `1`, Func: stdlib.FloorFunc},
		{Name: "max", Doc: "Gives the largest of its numbers.", Example: `max(3, 9, 4)`, Result: `9`, Func: stdlib.MaxFunc},
		{Name: "min", Doc: "Gives the smallest of its numbers.", Example: `min(3, 9, 4)`, Result: `3`, Func: stdlib.MinFunc},
		{Name: "parseint", Doc: "Reads a whole number written in the given base.", Example: `parseint("ff", 16)`, Result: `255`, Func: stdlib.ParseIntFunc},
		{Name: "pow", Doc: "Raises a number to a power.", Example: `pow(2, 10)`, Result: `1024`, Func: stdlib.PowFunc},
		{Name: "signum", Doc: "Gives -1, 0 or 1 by a number's sign.", Example: `signum(-7)`, Result: `-1`, Func: stdlib.SignumFunc},
	}
}
