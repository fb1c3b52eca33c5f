package resolve

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

const invalidVariable = "Invalid value for a variable"

// variable gives a variable's value: the one given for it, or its default, if its validations allow it.
func (r *resolver) variable(m *module, b *decode.Block, at hcl.Range) *node {
	return r.node(nodeKey{of: m.single(b), part: whole}, "var."+b.Label, at, func(n *node) (cty.Value, bool) {
		got := r.unjudged(m, b, at)
		n.uses.add(got.uses.all())
		return got.value, got.ok && r.valid(m, b)
	})
}

// unjudged gives a variable's value before its validations. They read this, so that two variables can be held
// against each other from both sides.
func (r *resolver) unjudged(m *module, b *decode.Block, at hcl.Range) *node {
	return r.node(nodeKey{of: m.single(b), part: unjudged}, "var."+b.Label, at, func(n *node) (cty.Value, bool) {
		v := variable{r: r, m: m, b: b}
		if !v.declared() {
			return cty.DynamicVal, false
		}
		value, ok := v.chosen(n)
		if v.sensitive {
			value = v.r.sensitive(value)
		}
		m.origins[b] = origin{v.source, v.rng}
		return value, ok
	})
}

// variable is the evaluation of one variable block.
type variable struct {
	r *resolver
	m *module
	b *decode.Block

	ty                  cty.Type
	defaults            *typeexpr.Defaults
	sensitive, nullable bool
	origin
}

// origin is where a variable's value comes from.
type origin struct {
	source string // --var, or "default"; empty where there is no value
	rng    hcl.Range
}

// declared reads type, sensitive and nullable.
func (v *variable) declared() bool {
	v.ty = cty.DynamicPseudoType
	if a := v.b.Args["type"]; a != nil {
		ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
		if diags.HasErrors() {
			v.r.report(v.r.wrongTypes(v.m, diags)...)
			return false
		}
		v.ty, v.defaults = ty, defaults
	}
	var ok1, ok2 bool
	v.sensitive, ok1 = v.flag("sensitive")
	v.nullable, ok2 = v.flag("nullable")
	return ok1 && ok2
}

func (v *variable) flag(name string) (value, ok bool) {
	got, ok := v.r.literal(v.m.single(v.b), name)
	return ok && !got.IsNull() && got.True(), ok
}

// chosen takes the given value, or else the default. A null that may not stay one counts as not given.
func (v *variable) chosen(n *node) (cty.Value, bool) {
	if v.m.caller != nil {
		return v.handedIn(n)
	}
	if given, ok := v.m.given[v.b.Label]; ok {
		v.source, v.rng = given.Source, v.b.Range
		if given.Range != nil && !v.sensitive { // messages show the line that they are about
			v.rng = *given.Range
		}
		got, diags := given.value(v.ty)
		if diags.HasErrors() {
			v.r.report(diags...)
			return cty.DynamicVal, false
		}
		if !got.IsNull() || v.nullable {
			return v.fit(got)
		}
		if v.b.Args["default"] == nil {
			v.invalid("is null, which the variable does not allow, and it has no default to take instead. Give a value.")
			return cty.DynamicVal, false
		}
	}
	return v.byDefault()
}

// handedIn takes what the use block gives a variable of a library. Null there means that it gives nothing.
func (v *variable) handedIn(n *node) (cty.Value, bool) {
	a := v.m.input(v.b.Label)
	if a == nil {
		return v.byDefault()
	}
	got, ok := v.r.eval(n, v.m.caller.frame(), a.Expr)
	if !ok {
		return cty.DynamicVal, false
	}
	v.source, v.rng = v.m.caller.text(), a.Expr.Range()
	switch plain, _ := got.Unmark(); {
	case !isUnset(plain):
	case v.b.Args["default"] != nil:
		return v.byDefault()
	case !v.nullable:
		v.invalid("is null, which the variable does not allow, and it has no default to take instead. Give a value.")
		return cty.DynamicVal, false
	}
	return v.fit(got)
}

func (v *variable) byDefault() (cty.Value, bool) {
	a := v.b.Args["default"]
	if a == nil {
		return v.missing()
	}
	got, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		v.r.report(diag.WithCode(diag.EvaluationFailed, diags)...)
		return cty.DynamicVal, false
	}
	v.source, v.rng = "default", v.b.Range
	if !v.sensitive {
		v.rng = a.Expr.Range()
	}
	if got.IsNull() && !v.nullable {
		v.invalid("is null, and the variable is not nullable. Remove the default, or nullable = false.")
		return cty.DynamicVal, false
	}
	return v.fit(got)
}

func (v *variable) missing() (cty.Value, bool) {
	if v.m.caller != nil && !v.r.lenient {
		return cty.DynamicVal, false // as was reported when the libraries were read
	}
	if v.r.lenient {
		return cty.UnknownVal(v.ty.WithoutOptionalAttributesDeep()), true
	}
	name := v.b.Label
	v.r.errorf(diag.MissingVariable, v.b.Range, "Missing value",
		"The variable %q has no default, and no value is given for it. Give one with --var %s=VALUE, in a file named by --var-file, in a file *.auto.vars.hcl beside the recipe, or in the environment variable %s%s.",
		name, name, envPrefix, name)
	return cty.DynamicVal, false
}

// fit brings a value to the variable's type.
func (v *variable) fit(got cty.Value) (cty.Value, bool) {
	if at, hint := surplus(got, v.ty, nil); at != nil {
		v.invalid("has %s, which the variable's type does not have.%s", strings.TrimPrefix(pathText(at), "."), hint)
		return cty.DynamicVal, false
	}
	if v.defaults != nil && !got.IsNull() {
		got = v.defaults.Apply(got)
	}
	fitted, err := fit(got, v.ty)
	if err != nil {
		v.invalid("does not have the type %s: %s.", typeexpr.TypeString(v.ty.WithoutOptionalAttributesDeep()), err)
		return cty.DynamicVal, false
	}
	return fitted, true
}

// invalid reports what is wrong with the value, naming where it comes from.
func (v *variable) invalid(format string, args ...any) {
	v.r.invalidVariable(v.b, v.origin, format, args...)
}

func (r *resolver) invalidVariable(b *decode.Block, from origin, format string, args ...any) {
	r.errorf(diag.InvalidVariable, from.rng, invalidVariable,
		"The value for %q (%s) %s", b.Label, from.source, fmt.Sprintf(format, args...))
}
