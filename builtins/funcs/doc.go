package funcs

import (
	"strings"

	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/lang/reference"
)

// Doc tells people about one function.
type Doc struct {
	Name string
	// Family is the heading that it stands under, such as "Texts".
	Family string
	// Text is one or more full sentences; the first is the summary.
	Text   string
	Params []Param
	// Type is that of the result, in the words that type constraints use; "any" where it depends on the arguments.
	Type     string
	Examples []Example
}

// Param is one parameter of a function.
type Param struct {
	Name string
	// Type is in the words that type constraints use.
	Type string
	Text string
	// Optional parameters may be left out, repeated ones given any number of times, none included.
	Optional, Repeated bool
}

// Example is a call, and the expression that it equals; Result is empty where the result differs from call to call.
type Example struct{ Call, Result string }

// All describes all functions, in the order of the reference page: by family, and by name within one.
func All() []Doc {
	var docs []Doc
	for _, f := range List(Inputs{}) {
		docs = append(docs, f.describe())
	}
	return docs
}

// Signature is the function's form: substr(text, offset, length), env(name, [default]), max(numbers...).
func (d Doc) Signature() string {
	var params []string
	for _, p := range d.Params {
		switch {
		case p.Repeated:
			params = append(params, p.Name+"...")
		case p.Optional:
			params = append(params, "["+p.Name+"]")
		default:
			params = append(params, p.Name)
		}
	}
	return d.Name + "(" + strings.Join(params, ", ") + ")"
}

func (f Func) describe() Doc {
	d := Doc{Name: f.Name, Family: f.family, Text: f.Doc, Type: "any", Examples: f.Examples}
	params, last := f.params()
	var types []cty.Type
	for _, p := range params {
		d.Params = append(d.Params, param(p))
		types = append(types, p.Type)
	}
	if last != nil {
		p := param(*last)
		p.Optional, p.Repeated = f.Once, !f.Once
		d.Params = append(d.Params, p)
		types = append(types, last.Type)
	}
	if ty, err := f.Func.ReturnType(types); err == nil {
		d.Type = word(ty)
	}
	return d
}

func param(p function.Parameter) Param {
	return Param{Name: p.Name, Type: word(p.Type), Text: p.Description}
}

// word is a type as type constraints write it; values that a function looks at unevaluated are an expression or a
// type.
func word(ty cty.Type) string {
	switch {
	case ty == customdecode.ExpressionClosureType || ty == customdecode.ExpressionType:
		return "expression"
	case ty == typeexpr.TypeConstraintType:
		return "type"
	}
	return typeexpr.TypeString(ty)
}

// Reference gives what the reference pages say of the function.
func (d Doc) Reference() reference.Function {
	f := reference.Function{Family: d.Family, Signature: d.Signature(), Type: d.Type, Doc: d.Text}
	for _, e := range d.Examples {
		f.Examples = append(f.Examples, reference.Example(e))
	}
	return f
}
