package funcs

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// templates are the functions that evaluate templates. Within one, all functions can be called but these two: a
// template that read itself would never end. What templatestring evaluates may come from elsewhere, so it reads no
// files.
func templates(in Inputs) family {
	all := sync.OnceValue(func() map[string]function.Function { return byName(list(families(in))) })
	blind := sync.OnceValue(func() map[string]function.Function {
		return byName(list(families(Inputs{Dir: in.Dir, Env: in.Env, Revision: in.Revision, Sensitive: in.Sensitive, Now: in.Now})))
	})
	return family{"Templates", []Func{
		{Name: "templatefile", Doc: "Reads a file of the recipe's directory as a template and fills in values. A template that is nothing but one ${ } gives the value as it is, any other a text.",
			Params:   []string{"path: the template's path, from the recipe's directory", "values: an object or map of what the template may read"},
			Examples: []Example{{`templatefile("hello.tftpl", { name = "web" })`, `"hello web\n"`}},
			Func:     template(cty.DynamicPseudoType, func(name string) (string, string, error) { text, err := in.text(name); return text, name, err }, all)},
		{Name: "templatestring", Doc: "Takes a text as a template and fills in values. The template cannot read files.",
			Params:   []string{"template: the text, with $${ } for a ${ } that is meant for the template", "values: an object or map of what the template may read"},
			Examples: []Example{{`templatestring("hello $${name}", { name = "web" })`, `"hello web"`}},
			Func:     template(cty.String, func(text string) (string, string, error) { return text, "the template", nil }, blind)},
	}}
}

// template makes a function of a template and its values. Source gives its text, and what to call it, for the first
// argument.
func template(ty cty.Type, source func(string) (text, name string, err error), functions func() map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "template", Type: cty.String},
			{Name: "values", Type: cty.DynamicPseudoType, AllowMarked: true},
		},
		Type: function.StaticReturnType(ty),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			values, marks := args[1].Unmark()
			if ty := values.Type(); !ty.IsObjectType() && !ty.IsMapType() {
				return cty.NilVal, function.NewArgErrorf(1, "an object of the template's values is required")
			}
			text, name, err := source(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			out, err := fill(name, text, &hcl.EvalContext{Variables: values.AsValueMap(), Functions: functions()})
			if err != nil {
				return cty.NilVal, err
			}
			if out, err = convert.Convert(out, ty); err != nil || out.IsNull() {
				return cty.NilVal, fmt.Errorf("%s gives no text", name)
			}
			return out.WithMarks(marks), nil
		},
	})
}

func fill(name, text string, ctx *hcl.EvalContext) (cty.Value, error) {
	expr, diags := syntax.ParseTemplate([]byte(text), name)
	if diags.HasErrors() {
		return cty.NilVal, inTemplate(diags)
	}
	for key := range ctx.Variables {
		if !hclsyntax.ValidIdentifier(key) {
			return cty.NilVal, function.NewArgErrorf(1, "%q is not a name that a template can read; names are made of letters, digits, _ and -", key)
		}
	}
	for _, t := range expr.Variables() {
		if _, ok := ctx.Variables[t.RootName()]; !ok {
			return cty.NilVal, function.NewArgErrorf(1, "%s reads %q in line %d, which is not among them", name, t.RootName(), t.SourceRange().Start.Line)
		}
	}
	v, diags := expr.Value(ctx)
	if diags.HasErrors() {
		return cty.NilVal, inTemplate(diags)
	}
	return v, nil
}

// inTemplate puts diagnostics into the one error that a function may return.
func inTemplate(diags hcl.Diagnostics) error {
	var all []error
	for _, d := range diags {
		all = append(all, fmt.Errorf("%s line %d: %s; %s", d.Subject.Filename, d.Subject.Start.Line, d.Summary, strings.TrimSuffix(diag.CallDetail(d), ".")))
	}
	return errors.Join(all...)
}
