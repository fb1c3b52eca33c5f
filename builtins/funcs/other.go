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
		{Name: "can", Doc: "Tells whether an expression can be evaluated.", Example: `can(tonumber("x"))`, Result: `false`, Func: tryfunc.CanFunc},
		{Name: "nonsensitive", Doc: "Takes the mark off a sensitive value. Whoever writes it vouches that the value may be seen.", Example: `nonsensitive(sensitive("a"))`, Result: `"a"`, Func: nonsensitive()},
		{Name: "sensitive", Doc: "Marks a value as sensitive: it is not shown, and can stand only where secrets can.", Example: `length(sensitive(["a"])) == 1`, Result: `sensitive(true)`, Func: sensitive()},
		{Name: "tobool", Doc: "Converts a value to true or false.", Example: `tobool("true")`, Result: `true`, Func: to(cty.Bool)},
		{Name: "tolist", Doc: "Converts a value to a list, all elements being of one type.", Example: `tolist([1, "a"])`, Result: `tolist(["1", "a"])`, Func: to(cty.List(cty.DynamicPseudoType))},
		{Name: "tomap", Doc: "Converts a value to a map, all values being of one type.", Example: `tomap({ a = 1, b = "x" })`, Result: `tomap({ a = "1", b = "x" })`, Func: to(cty.Map(cty.DynamicPseudoType))},
		{Name: "tonumber", Doc: "Converts a value to a number.", Example: `tonumber("12")`, Result: `12`, Func: to(cty.Number)},
		{Name: "toset", Doc: "Converts a value to a set: without order, each element once.", Example: `toset(["b", "a", "b"])`, Result: `toset(["a", "b"])`, Func: to(cty.Set(cty.DynamicPseudoType))},
		{Name: "tostring", Doc: "Converts a value to a text.", Example: `tostring(12)`, Result: `"12"`, Func: to(cty.String)},
		{Name: "try", Doc: "Gives the first of its expressions that can be evaluated.", Example: `try(tonumber("x"), 1)`, Result: `1`, Func: tryfunc.TryFunc},
	}
}

func others(in Inputs) []Func {
	return []Func{
		{Name: "env", Doc: "Reads an environment variable of whoever runs the tool, or gives a default where it is not set.", Example: `env("NOT_SET", "a")`, Result: `"a"`, Func: env(in)},
		{Name: "formatdate", Doc: "Writes a time in a format such as YYYY-MM-DD.", Example: `formatdate("YYYY-MM-DD", "2026-01-02T03:04:05Z")`, Result: `"2026-01-02"`, Func: stdlib.FormatDateFunc},
		{Name: "timeadd", Doc: "Adds a duration to a time.", Example: `timeadd("2026-01-02T03:04:05Z", "1h")`, Result: `"2026-01-02T04:04:05Z"`, Func: stdlib.TimeAddFunc},
		{Name: "timestamp", Doc: "Gives the time at which the plan runs. It is unknown before, so only outputs can show it.", Example: `timestamp()`, Result: ``, Func: later()},
		{Name: "uuid", Doc: "Gives a random identifier, another one each time. It is unknown before the plan runs, so only outputs can show it.", Example: `uuid()`, Result: ``, Func: later()},
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
