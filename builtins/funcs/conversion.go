package funcs

import (
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/eval/resolve"
)

func conversions(in Inputs) []Func {
	value := []string{"value: the value"}
	return []Func{
		{Name: "can", Doc: "Tells whether an expression can be evaluated.",
			Params:   []string{"expression: what to try"},
			Examples: []Example{{`can(tonumber("x"))`, `false`}, {`can(tonumber("1"))`, `true`}},
			Func:     tryfunc.CanFunc},
		{Name: "convert", Doc: "Converts a value to a type.",
			Params:   []string{"value: the value", "type: the type, written as in a variable's type argument"},
			Examples: []Example{{`convert("42", number)`, `42`}, {`convert([1, "a"], list(string))`, `tolist(["1", "a"])`}},
			Func:     typeexpr.ConvertFunc},
		{Name: "ephemeralasnull", Doc: "Gives its value as it is. It stands for a function of Terraform's, whose ephemeral values there are none of here.",
			Params: value, Examples: []Example{{`ephemeralasnull("a")`, `"a"`}},
			Func: looking(func(v cty.Value) cty.Value { return v })},
		{Name: "issensitive", Doc: "Tells whether a value is marked as sensitive.",
			Params: value, Examples: []Example{{`issensitive(sensitive("a"))`, `true`}, {`issensitive("a")`, `false`}},
			Func: isSensitive()},
		{Name: "nonsensitive", Doc: "Takes the mark off a sensitive value. Whoever writes it vouches that the value may be seen.",
			Params: value, Examples: []Example{{`nonsensitive(sensitive("a"))`, `"a"`}},
			Func: looking(func(v cty.Value) cty.Value {
				v, marks := v.Unmark()
				delete(marks, resolve.Sensitive)
				return v.WithMarks(marks)
			})},
		{Name: "sensitive", Doc: "Marks a value as sensitive: it is not shown, and can stand only where secrets can.",
			Params: value, Examples: []Example{{`issensitive(sensitive("a"))`, `true`}},
			Func: looking(func(v cty.Value) cty.Value {
				if in.Sensitive != nil {
					in.Sensitive(v)
				}
				return v.Mark(resolve.Sensitive)
			})},
		{Name: "tobool", Doc: "Converts a value to true or false.",
			Params: value, Examples: []Example{{`tobool("true")`, `true`}, {`tobool(null)`, `null`}},
			Func: to(cty.Bool)},
		{Name: "tolist", Doc: "Converts a value to a list, all elements being of one type.",
			Params: value, Examples: []Example{{`tolist(["a", "b", 3])`, `tolist(["a", "b", "3"])`}},
			Func: to(cty.List(cty.DynamicPseudoType))},
		{Name: "tomap", Doc: "Converts a value to a map, all values being of one type.",
			Params: value, Examples: []Example{{`tomap({ a = "foo", b = true })`, `tomap({ a = "foo", b = "true" })`}},
			Func: to(cty.Map(cty.DynamicPseudoType))},
		{Name: "tonumber", Doc: "Converts a value to a number.",
			Params: value, Examples: []Example{{`tonumber("12")`, `12`}},
			Func: to(cty.Number), Check: func(args []cty.Value) error {
				if args[0].Type() == cty.String {
					return argument(0, checkDigits(args[0].AsString()))
				}
				return nil
			}},
		{Name: "toset", Doc: "Converts a value to a set: without order, each element once.",
			Params: value, Examples: []Example{{`toset(["c", "b", "b"])`, `toset(["b", "c"])`}},
			Func: to(cty.Set(cty.DynamicPseudoType))},
		{Name: "tostring", Doc: "Converts a value to a text.",
			Params: value, Examples: []Example{{`tostring(12)`, `"12"`}, {`tostring(true)`, `"true"`}},
			Func: to(cty.String)},
		{Name: "try", Doc: "Gives the first of its expressions that can be evaluated.",
			Params:   []string{"expressions: what to try, in order"},
			Examples: []Example{{`try(tonumber("x"), 1)`, `1`}, {`try({}.name, "nameless")`, `"nameless"`}},
			Func:     try()},
	}
}

// anything is a parameter for a value that is looked at from outside only.
func anything() []function.Parameter {
	return []function.Parameter{{
		Name: "value", Type: cty.DynamicPseudoType,
		AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
	}}
}

// looking makes a function that gives its value with other marks.
func looking(f func(cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		Params: anything(),
		Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f(args[0]), nil },
	})
}

// isSensitive does not know it of values that are unknown and not marked: they may be once they are known.
func isSensitive() function.Function {
	return function.New(&function.Spec{
		Params:       anything(),
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			switch v := args[0]; {
			case v.HasMark(resolve.Sensitive):
				return cty.True, nil
			case !v.IsKnown():
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.False, nil
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
			v, err := converted(args[0], ty)
			if err != nil {
				return cty.NilType, function.NewArgError(0, err)
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) { return converted(args[0], want) },
	})
}
