package funcs

import "github.com/zclconf/go-cty/cty/function/stdlib"

// operators are the functions that bake has beside the operators of the language.
func operators() []Func {
	two := []string{"a: the first number", "b: the second number"}
	return []Func{
		{Name: "absolute", Doc: "Gives a number without its sign, as abs does.",
			Params: []string{"number: the number"}, Examples: []Example{{`absolute(-3)`, `3`}}, Func: stdlib.AbsoluteFunc},
		{Name: "add", Doc: "Adds two numbers, as a + b does.",
			Params: two, Examples: []Example{{`add(3, 4)`, `7`}}, Func: stdlib.AddFunc},
		{Name: "and", Doc: "Tells whether both of its arguments are true, as a && b does.",
			Params: []string{"a: the first", "b: the second"}, Examples: []Example{{`and(true, false)`, `false`}}, Func: stdlib.AndFunc},
		{Name: "divide", Doc: "Divides a number by another, as a / b does.",
			Params: two, Examples: []Example{{`divide(9, 2)`, `4.5`}}, Func: stdlib.DivideFunc},
		{Name: "equal", Doc: "Tells whether two values are equal, as a == b does.",
			Params: []string{"a: the first", "b: the second"}, Examples: []Example{{`equal("a", "b")`, `false`}}, Func: stdlib.EqualFunc},
		{Name: "greaterthan", Doc: "Tells whether a number is larger than another, as a > b does.",
			Params: two, Examples: []Example{{`greaterthan(2, 1)`, `true`}}, Func: stdlib.GreaterThanFunc},
		{Name: "greaterthanorequalto", Doc: "Tells whether a number is as large as another or larger, as a >= b does.",
			Params: two, Examples: []Example{{`greaterthanorequalto(2, 2)`, `true`}}, Func: stdlib.GreaterThanOrEqualToFunc},
		{Name: "lessthan", Doc: "Tells whether a number is smaller than another, as a < b does.",
			Params: two, Examples: []Example{{`lessthan(2, 1)`, `false`}}, Func: stdlib.LessThanFunc},
		{Name: "lessthanorequalto", Doc: "Tells whether a number is as small as another or smaller, as a <= b does.",
			Params: two, Examples: []Example{{`lessthanorequalto(2, 2)`, `true`}}, Func: stdlib.LessThanOrEqualToFunc},
		{Name: "modulo", Doc: "Gives what is left over when a number is divided by another, as a % b does.",
			Params: two, Examples: []Example{{`modulo(10, 4)`, `2`}}, Func: stdlib.ModuloFunc},
		{Name: "multiply", Doc: "Multiplies two numbers, as a * b does.",
			Params: two, Examples: []Example{{`multiply(3, 4)`, `12`}}, Func: stdlib.MultiplyFunc},
		{Name: "negate", Doc: "Gives a number the opposite sign, as -a does.",
			Params: []string{"number: the number"}, Examples: []Example{{`negate(3)`, `-3`}}, Func: stdlib.NegateFunc},
		{Name: "not", Doc: "Gives false for true and true for false, as !a does.",
			Params: []string{"value: the value"}, Examples: []Example{{`not(true)`, `false`}}, Func: stdlib.NotFunc},
		{Name: "notequal", Doc: "Tells whether two values differ, as a != b does.",
			Params: []string{"a: the first", "b: the second"}, Examples: []Example{{`notequal("a", "b")`, `true`}}, Func: stdlib.NotEqualFunc},
		{Name: "or", Doc: "Tells whether one of its arguments is true at least, as a || b does.",
			Params: []string{"a: the first", "b: the second"}, Examples: []Example{{`or(true, false)`, `true`}}, Func: stdlib.OrFunc},
		{Name: "subtract", Doc: "Takes a number from another, as a - b does.",
			Params: two, Examples: []Example{{`subtract(3, 4)`, `-1`}}, Func: stdlib.SubtractFunc},
	}
}
