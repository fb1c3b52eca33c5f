package resolve

import (
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/schema"
)

// A function of a recipe's own sees its parameters and other functions, and nothing else: what it gives depends on
// what it is given. So everything about it but its result is known before it is called, circles of calls too,
// and it is judged once, whether it is called or not (judge.go). A call evaluates the body with the parameters as
// the only variables. What goes wrong in it is reported where it stands in the body, with the calls that led there.
//
// hcl/ext/userfunc is not used: it evaluates a body twice a call, so 2^n times at n calls deep, refuses null, and
// knows of an error only its text.

// The bounds on calls, which keep a recipe of a few lines from running for ever.
const (
	maxCallDepth = 1000
	maxCalls     = 100_000
)

func functionBlock() schema.Block {
	return schema.Block{
		Name: "function", Label: "name",
		Doc: "Defines a function that expressions can call. It sees its parameters and other functions only, and cannot call itself. It outdoes a function of the language that has the same name.",
		Args: []schema.Arg{
			{Name: "params", Type: schema.AnyValue(), Raw: true, Required: true, Doc: "The names of the parameters, in order, as in [host, path]. Each takes a value of any type, null too."},
			{Name: "variadic_param", Type: schema.AnyValue(), Raw: true, Doc: "The name of a parameter that takes all further arguments, as a list."},
			{Name: "result", Type: schema.AnyValue(), Raw: true, Required: true, Doc: "What the function gives: an expression over the parameters."},
		},
	}
}

// userFunction is a function block.
type userFunction struct {
	in       *module
	b        *decode.Block
	params   []string
	variadic string // empty without
	result   hcl.Expression
	// problems are what is wrong with the block. A function that has any is not called.
	problems hcl.Diagnostics
}

// functions are what the expressions of a module can call.
type functions struct {
	callable map[string]function.Function
	given    map[string]function.Function // those of the language
	own      map[string]*userFunction
	order    []*userFunction // in source order
	depth    int             // of calls of own functions, right now
	calls    int             // of own functions, so far
}

// declareFunctions makes the functions known, those of the recipe and those handed in. What is wrong with them is
// kept until they are called or everything is evaluated, whichever comes first.
func (r *resolver) declareFunctions(m *module, given map[string]function.Function) {
	m.funcs = functions{callable: map[string]function.Function{decode.Instances: r.splatFunction(), stopping: r.stopFunction()}, given: given, own: map[string]*userFunction{}}
	maps.Copy(m.funcs.callable, given)
	delete(m.funcs.callable, ContextFiles)
	for _, b := range m.Blocks {
		if b.Type != "function" || m.funcs.own[b.Label] != nil {
			continue
		}
		f := readFunction(m, b)
		m.funcs.own[b.Label] = f
		m.funcs.order = append(m.funcs.order, f)
		m.funcs.callable[b.Label] = r.callable(f)
	}
	r.judgeFunctions(m)
}

// callable makes of a block what the HCL library calls. The type of its result is left open, since telling it
// takes evaluating the body.
func (r *resolver) callable(f *userFunction) function.Function {
	spec := &function.Spec{
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return r.call(f, args) },
	}
	for _, name := range f.params {
		spec.Params = append(spec.Params, openParameter(name))
	}
	if f.variadic != "" {
		p := openParameter(f.variadic)
		spec.VarParam = &p
	}
	return function.New(spec)
}

func openParameter(name string) function.Parameter {
	return function.Parameter{
		Name: name, Type: cty.DynamicPseudoType,
		AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
	}
}

// call evaluates the body of a function.
func (r *resolver) call(f *userFunction, args []cty.Value) (cty.Value, error) {
	funcs := &f.in.funcs
	if len(f.problems) > 0 {
		r.report(f.problems...)
		return cty.DynamicVal, bodyError{}
	}
	if funcs.calls++; funcs.calls > maxCalls {
		return cty.DynamicVal, fmt.Errorf("more than %d calls of functions are made; compute less", maxCalls)
	}
	if funcs.depth == maxCallDepth {
		return cty.DynamicVal, fmt.Errorf("more than %d calls are within each other; shorten the chain", maxCallDepth)
	}
	funcs.depth++
	defer func() { funcs.depth-- }()
	vars := map[string]cty.Value{}
	for i, name := range f.params {
		vars[name] = args[i]
	}
	if f.variadic != "" {
		vars[f.variadic] = cty.TupleVal(args[len(f.params):])
	}
	p := r.parsed(f.result)
	for _, ref := range p.refs {
		extended, ok := r.extend(vars[ref.Root], ref.Path, ref, 0)
		if !ok {
			return cty.DynamicVal, bodyError{}
		}
		vars[ref.Root] = extended
	}
	v, diags := p.expr.Value(&hcl.EvalContext{Variables: vars, Functions: funcs.callable})
	if diags.HasErrors() {
		s := &scope{}
		for name, v := range vars {
			s.root.at(name).value = v
		}
		return cty.DynamicVal, bodyError{tidy(diags, s)}
	}
	return v, nil
}

// bodyError carries what went wrong in the body of a function through the HCL library to where it is reported.
// Without diagnostics, it was reported.
type bodyError struct{ diags hcl.Diagnostics }

func (e bodyError) Error() string {
	if len(e.diags) == 0 {
		return "it has errors"
	}
	return strings.TrimSuffix(e.diags[0].Detail, ".")
}

// calledFrom gives the diagnostics of a body with the place of the call, which d points at.
func (e bodyError) calledFrom(name string, d *hcl.Diagnostic) hcl.Diagnostics {
	var out hcl.Diagnostics
	for _, inner := range e.diags {
		c := *inner
		if d.Subject != nil {
			c.Detail += fmt.Sprintf("\n  in the call of %s at %s", name, place(*d.Subject))
		}
		out = append(out, &c)
	}
	return out
}
