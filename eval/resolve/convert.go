package resolve

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// converter brings values to the types of a schema, in the normal form that the package comment speaks of. What
// does not fit is an error at the part of the source that it stands in.
type converter struct {
	r     *resolver
	diags hcl.Diagnostics
}

// site is where a value stands, and what may stand there.
type site struct {
	// arg is the part of the source that the value was written out in, nil for a part of a computed value.
	arg *decode.Arg
	rng hcl.Range
	// word is what errors call the place: env, env.PORT, command[0].
	word string
	// secret says that sensitive values may stand here, and sensitive that this one is, by itself or as part of
	// a larger one.
	secret, sensitive bool
}

// key is the site of a value's key.
func (s site) key(name string) site {
	s.word += "." + name
	if s.arg != nil {
		s = s.at(s.arg.Keys[name])
	}
	return s
}

// elem is the site of a list's element.
func (s site) elem(i int) site {
	s.word = fmt.Sprintf("%s[%d]", s.word, i)
	if s.arg != nil && i < len(s.arg.Elems) {
		return s.at(s.arg.Elems[i])
	}
	return s.at(nil)
}

func (s site) at(arg *decode.Arg) site {
	s.arg = arg
	if arg != nil {
		s.rng = arg.Expr.Range()
	}
	return s
}

// convert returns a value in normal form, null for one that is not set.
func (c *converter) convert(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	v, marks := v.Unmark()
	if _, marked := marks[Sensitive]; marked {
		at.sensitive = true
	}
	switch {
	case !v.IsKnown():
		return c.unknown(at)
	case v.IsNull():
		return unset(), true
	case isHuge(v):
		return c.wrong(diag.NumberTooLarge, at, "Number too large", "%q is too large a number.", at.word)
	case isInfinite(v):
		return c.invalid(at, "The value of %q is infinite, as after a division by zero.", at.word)
	}
	switch t.Shape {
	case schema.List:
		return c.list(v, t, at)
	case schema.Map:
		return c.mapping(v, t, at)
	case schema.Object:
		return c.object(v, t, at)
	case schema.Either:
		return c.either(v, t, at)
	case schema.Any:
		return c.anything(v, at)
	}
	if !c.mayStand(at) {
		return unset(), false
	}
	out, ok := c.scalar(v, t, at)
	if ok && at.sensitive {
		out = out.Mark(Sensitive)
	}
	return out, ok
}

func (c *converter) scalar(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	switch t.Shape {
	case schema.String:
		return c.str(v, t, at)
	case schema.Bool:
		return c.boolean(v, t, at)
	case schema.Int:
		return c.whole(v, t, at)
	case schema.Number:
		return c.number(v, t, at)
	case schema.Duration:
		return c.duration(v, t, at)
	case schema.Size:
		return c.size(v, t, at)
	case schema.Ref:
		return c.reference(v, t, at)
	}
	return c.wrong(diag.Internal, at, "Internal error", "The argument %q has no type. Please report it.", at.word)
}

// unset is the value of what is not set.
func unset() cty.Value { return cty.NullVal(cty.DynamicPseudoType) }

// unknown deals with a value that is not known. A sensitive one is no worse than one whose value is known, as
// only its name is written down; it is unknown only where secrets are not fetched.
func (c *converter) unknown(at site) (cty.Value, bool) {
	if at.sensitive && !c.mayStand(at) {
		return unset(), false
	}
	if !c.r.lenient {
		return c.wrong(diag.UnknownValue, at, "Value not known yet",
			"The value of %q is known only when the plan runs, and a plan must know all that it does. Such a value can stand in outputs only.", at.word)
	}
	if at.sensitive {
		return cty.UnknownVal(cty.String).Mark(Sensitive), true
	}
	return cty.DynamicVal, true
}

func (c *converter) mayStand(at site) bool {
	if at.sensitive && !at.secret {
		c.wrong(diag.SensitiveValue, at, "Sensitive value",
			"%q takes no sensitive value, since it can be seen: in plans, in labels, or by whoever may ask the engine. Hand a secret over as an environment variable or a file.", at.word)
		return false
	}
	return true
}

// wrong reports an error and returns what a function that failed returns.
func (c *converter) wrong(code diag.Code, at site, summary, format string, args ...any) (cty.Value, bool) {
	rng := at.rng
	c.diags = append(c.diags, diag.Errorf(code, &rng, summary, format, args...))
	return unset(), false
}

func (c *converter) wrongType(v cty.Value, t schema.Type, at site, hint string) (cty.Value, bool) {
	return c.wrong(diag.WrongType, at, "Wrong type", "%q takes %s, and this is %s.%s", at.word, takes(t), c.what(v), hint)
}

func (c *converter) invalid(at site, format string, args ...any) (cty.Value, bool) {
	return c.wrong(diag.InvalidValue, at, "Invalid value", format, args...)
}

// trial converts without reporting; it returns what would be reported.
func (c *converter) trial(v cty.Value, t schema.Type, at site) (cty.Value, bool, hcl.Diagnostics) {
	inner := &converter{r: c.r}
	out, ok := inner.convert(v, t, at)
	return out, ok, inner.diags
}

// either takes the first type that the value converts to. Where none does, the error is that of the type whose
// shape the value has, as that is the one which was meant.
func (c *converter) either(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	var meant hcl.Diagnostics
	for _, alt := range t.Alts {
		out, ok, diags := c.trial(v, alt, at)
		if ok {
			return out, true
		}
		if meant == nil && c.shaped(v, alt) {
			meant = diags
		}
	}
	if meant == nil {
		return c.wrongType(v, t, at, "")
	}
	c.diags = append(c.diags, meant...)
	return unset(), false
}

// shaped tells whether a value looks as values of a type do.
func (c *converter) shaped(v cty.Value, t schema.Type) bool {
	_, isRef := c.r.refs.of(v)
	ty := v.Type()
	switch t.Shape {
	case schema.Ref:
		return isRef
	case schema.List:
		return isList(ty)
	case schema.Map, schema.Object:
		return isObject(ty) && !isRef
	case schema.Either:
		for _, alt := range t.Alts {
			if c.shaped(v, alt) {
				return true
			}
		}
		return false
	case schema.Bool:
		return ty == cty.Bool
	case schema.Int, schema.Number:
		return ty == cty.Number
	}
	return ty.IsPrimitiveType()
}

// maxMagnitude bounds the exponent of a number, of base 2: to write out a larger one takes for ever.
const maxMagnitude = 10_000

// isHuge tells whether a value is a number that can hardly be written out. The infinite is none.
func isHuge(v cty.Value) bool {
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() || v.Type() != cty.Number || isInfinite(v) {
		return false
	}
	exp := v.AsBigFloat().MantExp(nil)
	return exp > maxMagnitude || exp < -maxMagnitude
}

func isInfinite(v cty.Value) bool { return v.Type() == cty.Number && v.AsBigFloat().IsInf() }

func isList(t cty.Type) bool   { return t.IsTupleType() || t.IsListType() || t.IsSetType() }
func isObject(t cty.Type) bool { return t.IsObjectType() || t.IsMapType() }
