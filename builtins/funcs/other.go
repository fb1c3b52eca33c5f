package funcs

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/deployrecipe/recipe/eval/resolve"
)

func conversions() []Func {
	return []Func{
		{"can", "Tells whether an expression can be evaluated.", `can(tonumber("x"))`, `false`, tryfunc.CanFunc},
		{"nonsensitive", "Takes the mark off a sensitive value. Whoever writes it vouches that the value may be seen.", `nonsensitive(sensitive("a"))`, `"a"`, nonsensitive()},
		{"sensitive", "Marks a value as sensitive: it is not shown, and can stand only where secrets can.", `length(sensitive(["a"])) == 1`, `sensitive(true)`, sensitive()},
		{"tobool", "Converts a value to true or false.", `tobool("true")`, `true`, to(cty.Bool)},
		{"tolist", "Converts a value to a list, all elements being of one type.", `tolist([1, "a"])`, `tolist(["1", "a"])`, to(cty.List(cty.DynamicPseudoType))},
		{"tomap", "Converts a value to a map, all values being of one type.", `tomap({ a = 1, b = "x" })`, `tomap({ a = "1", b = "x" })`, to(cty.Map(cty.DynamicPseudoType))},
		{"tonumber", "Converts a value to a number.", `tonumber("12")`, `12`, to(cty.Number)},
		{"toset", "Converts a value to a set: without order, each element once.", `toset(["b", "a", "b"])`, `toset(["a", "b"])`, to(cty.Set(cty.DynamicPseudoType))},
		{"tostring", "Converts a value to a text.", `tostring(12)`, `"12"`, to(cty.String)},
		{"try", "Gives the first of its expressions that can be evaluated.", `try(tonumber("x"), 1)`, `1`, tryfunc.TryFunc},
	}
}

func others(in Inputs) []Func {
	return []Func{
		{"env", "Reads an environment variable of whoever runs the tool, or gives a default where it is not set.", `env("NOT_SET", "a")`, `"a"`, env(in)},
		{"formatdate", "Writes a time in a format such as YYYY-MM-DD.", `formatdate("YYYY-MM-DD", "2026-01-02T03:04:05Z")`, `"2026-01-02"`, stdlib.FormatDateFunc},
		{"timeadd", "Adds a duration to a time.", `timeadd("2026-01-02T03:04:05Z", "1h")`, `"2026-01-02T04:04:05Z"`, stdlib.TimeAddFunc},
		{"timestamp", "Gives the time at which the plan runs. It is unknown before, so only outputs can show it.", `timestamp()`, ``, later()},
		{"uuid", "Gives a random identifier, another one each time. It is unknown before the plan runs, so only outputs can show it.", `uuid()`, ``, later()},
	}
}

// anything is a parameter for a value that is looked at from outside only.
func anything() []function.Parameter {
	return []function.Parameter{{
		Name: "value", Type: cty.DynamicPseudoType,
		AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
	}}
}

func sameType(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil }

func sensitive() function.Function {
	return function.New(&function.Spec{
		Params: anything(), Type: sameType,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0].Mark(resolve.Sensitive), nil },
	})
}

func nonsensitive() function.Function {
	return function.New(&function.Spec{
		Params: anything(), Type: sameType,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, marks := args[0].Unmark()
			delete(marks, resolve.Sensitive)
			return v.WithMarks(marks), nil
		},
	})
}

func env(in Inputs) function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String, AllowNull: true},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args) > 2 {
				return cty.NilVal, function.NewArgErrorf(2, "a name and a default are all that it takes")
			}
			name := args[0].AsString()
			if in.Env != nil {
				if s, ok := in.Env(name); ok {
					return cty.StringVal(s), nil
				}
			}
			if len(args) == 2 {
				return args[1], nil
			}
			return cty.NilVal, function.NewArgError(0, fmt.Errorf("the environment variable %s is not set; set it, or give a default as the second argument", name))
		},
	})
}

// later is a function whose result is known only when the plan runs.
func later() function.Function {
	return function.New(&function.Spec{
		Type: function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			return cty.UnknownVal(cty.String).RefineNotNull(), nil
		},
	})
}
