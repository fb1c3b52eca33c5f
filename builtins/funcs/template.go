package funcs

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/lang/syntax"
)

// templateFile evaluates a file as a template that sees the values given to it, and all functions but itself.
func templateFile(in Inputs, read func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "path", Type: cty.String},
			{Name: "vars", Type: cty.DynamicPseudoType, AllowMarked: true},
		},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			text, err := read(name)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			vars, marks := args[1].Unmark()
			if ty := vars.Type(); !ty.IsObjectType() && !ty.IsMapType() {
				return cty.NilVal, function.NewArgErrorf(1, "an object of the template's values is required")
			}
			out, err := fill(in, name, text, vars.AsValueMap())
			if err != nil {
				return cty.NilVal, err
			}
			return out.WithMarks(marks), nil
		},
	})
}

func fill(in Inputs, name, text string, vars map[string]cty.Value) (cty.Value, error) {
	expr, diags := syntax.ParseTemplate([]byte(text), name)
	if diags.HasErrors() {
		return cty.NilVal, inTemplate(diags)
	}
	for _, t := range expr.Variables() {
		if _, ok := vars[t.RootName()]; !ok {
			return cty.NilVal, fmt.Errorf("%s line %d: the template reads %q, which is not among the values given to it",
				name, t.SourceRange().Start.Line, t.RootName())
		}
	}
	functions := map[string]function.Function{}
	for _, f := range slices.Concat(numbers(), texts(), patterns(), collections(), sets(), encodings(), digests(), conversions(), others(in)) {
		functions[f.Name] = f.Func
	}
	v, diags := expr.Value(&hcl.EvalContext{Variables: vars, Functions: functions})
	if diags.HasErrors() {
		return cty.NilVal, inTemplate(diags)
	}
	out, err := convert.Convert(v, cty.String)
	if err != nil || out.IsNull() {
		return cty.NilVal, fmt.Errorf("%s: the template gives no text", name)
	}
	return out, nil
}

// inTemplate puts diagnostics into the one error that a function may return.
func inTemplate(diags hcl.Diagnostics) error {
	var all []error
	for _, d := range diags {
		all = append(all, fmt.Errorf("%s line %d: %s; %s", d.Subject.Filename, d.Subject.Start.Line, d.Summary, d.Detail))
	}
	return errors.Join(all...)
}
