package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// envPrefix begins the names of environment variables that give values for variables.
const envPrefix = "RECIPE_VAR_"

// ParseVar reads what stands behind --var: NAME=VALUE.
func ParseVar(s string) (VarValue, error) {
	name, text, ok := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	if !ok || name == "" {
		return VarValue{}, fmt.Errorf("%q gives no variable a value; write --var NAME=VALUE", s)
	}
	return VarValue{Name: name, Source: "--var", Text: text}, nil
}

// EnvVars picks the values for variables out of an environment such as os.Environ gives.
func EnvVars(environ []string) []VarValue {
	var out []VarValue
	for _, entry := range environ {
		key, text, _ := strings.Cut(entry, "=")
		if name, ok := strings.CutPrefix(key, envPrefix); ok && name != "" {
			out = append(out, VarValue{Name: name, Source: key, Text: text, Optional: true})
		}
	}
	slices.SortFunc(out, func(a, b VarValue) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// FileVars reads a file of values: one argument for each variable. The source is what people call the file.
func FileVars(file *syntax.File, source string) ([]VarValue, hcl.Diagnostics) {
	if file.Broken {
		return nil, nil
	}
	attrs, diags := file.HCL.Body.JustAttributes()
	var out []VarValue
	for _, a := range attrs {
		rng := a.Range
		out = append(out, VarValue{Name: a.Name, Source: source, Expr: a.Expr, Range: &rng})
	}
	slices.SortFunc(out, func(a, b VarValue) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	for i, d := range diags {
		c := *d
		c.Detail = "A file of values holds arguments alone, one for each variable: release = \"1.4\", or {\"release\": \"1.4\"} in JSON. " + c.Detail
		diags[i] = &c
	}
	return out, diag.WithCode(diag.SyntaxError, diags)
}

// checkGiven reports values for variables that do not exist, each name once.
func (r *resolver) checkGiven() {
	if r.root.Incomplete {
		return
	}
	seen := map[string]bool{}
	for _, v := range r.in.Vars {
		if v.Optional || r.root.vars[v.Name] != nil || seen[v.Name] {
			continue
		}
		seen[v.Name] = true
		r.report(diag.Errorf(diag.UnknownVariable, v.Range, "Unknown variable",
			"A value is given for the variable %q (%s), and the recipe declares no such variable.%s",
			v.Name, v.Source, diag.DidYouMean(v.Name, slices.Sorted(maps.Keys(r.root.vars)))))
	}
}

// value evaluates a given value for a variable of a type.
func (v VarValue) value(ty cty.Type) (cty.Value, hcl.Diagnostics) {
	if v.Expr != nil {
		got, diags := v.Expr.Value(nil)
		return got, diag.WithCode(diag.EvaluationFailed, tidy(diags, &scope{}))
	}
	switch {
	case ty == cty.String || ty == cty.DynamicPseudoType:
		return cty.StringVal(v.Text), nil
	case strings.TrimSpace(v.Text) == "null":
		return cty.NullVal(ty), nil
	case ty.IsPrimitiveType():
		return cty.StringVal(strings.TrimSpace(v.Text)), nil
	}
	return v.parsed()
}

// parsed reads the text as an expression, by the parser that bounds what it takes.
func (v VarValue) parsed() (cty.Value, hcl.Diagnostics) {
	expr, diags := syntax.ParseExpression([]byte(v.Text), v.Source)
	if !diags.HasErrors() {
		var got cty.Value
		if got, diags = expr.Value(nil); !diags.HasErrors() {
			return got, nil
		}
	}
	return cty.DynamicVal, hcl.Diagnostics{diag.Errorf(diag.InvalidVariable, nil, invalidVariable,
		`The value for %q (%s) cannot be read. Values that are no plain text are written as in a recipe, such as ["a", "b"] or { key = "value" }.`,
		v.Name, v.Source)}
}

// fit brings a value to a type constraint and says what does not fit, without showing the value.
func fit(v cty.Value, ty cty.Type) (cty.Value, error) {
	got, err := convert.Convert(v, ty)
	if err == nil {
		return got, nil
	}
	path, ok := err.(cty.PathError)
	if !ok || len(path.Path) == 0 {
		return cty.DynamicVal, err
	}
	return cty.DynamicVal, fmt.Errorf("at %s: %w", strings.TrimPrefix(pathText(path.Path), "."), err)
}

func pathText(path cty.Path) string {
	var b strings.Builder
	for _, step := range path {
		switch s := step.(type) {
		case cty.GetAttrStep:
			b.WriteString("." + s.Name)
		case cty.IndexStep:
			switch {
			case s.Key.IsMarked() || !s.Key.IsKnown() || s.Key.IsNull():
				b.WriteString("[...]")
			case s.Key.Type() == cty.String:
				fmt.Fprintf(&b, "[%q]", s.Key.AsString())
			case s.Key.Type() == cty.Number:
				fmt.Fprintf(&b, "[%s]", s.Key.AsBigFloat().Text('f', 0))
			default:
				b.WriteString("[...]")
			}
		}
	}
	return b.String()
}
