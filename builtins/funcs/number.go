package funcs

import "github.com/zclconf/go-cty/cty/function/stdlib"

func numbers() []Func {
	return []Func{
		{"abs", "Gives a number without its sign.", `abs(-3)`, `3`, stdlib.AbsoluteFunc},
		{"ceil", "Rounds a number up to a whole one.", `ceil(1.2)`, `2`, stdlib.CeilFunc},
		{"floor", "Rounds a number down to a whole one.", `floor(1.8)`, `1`, stdlib.FloorFunc},
		{"max", "Gives the largest of its numbers.", `max(3, 9, 4)`, `9`, stdlib.MaxFunc},
		{"min", "Gives the smallest of its numbers.", `min(3, 9, 4)`, `3`, stdlib.MinFunc},
		{"parseint", "Reads a whole number written in the given base.", `parseint("ff", 16)`, `255`, stdlib.ParseIntFunc},
		{"pow", "Raises a number to a power.", `pow(2, 10)`, `1024`, stdlib.PowFunc},
		{"signum", "Gives -1, 0 or 1 by a number's sign.", `signum(-7)`, `-1`, stdlib.SignumFunc},
	}
}
