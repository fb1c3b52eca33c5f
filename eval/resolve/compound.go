package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

func (c *converter) list(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	if !isList(v.Type()) {
		hint := ""
		if _, ok, _ := c.trial(v, *t.Elem, at); ok {
			hint = " Put it in brackets to make a list of it."
		}
		return c.wrongType(v, t, at, hint)
	}
	var out []cty.Value
	ok := true
	for i, el := range v.AsValueSlice() {
		for _, one := range c.instances(el, *t.Elem) {
			got, fine := c.convert(one, *t.Elem, at.elem(i))
			ok = ok && fine
			if !isUnset(got) {
				out = append(out, got)
			}
		}
	}
	return cty.TupleVal(out), ok
}

// instances are what an element of a list stands for: in a list of references, all instances of a block that has a
// for_each; otherwise itself.
func (c *converter) instances(el cty.Value, t schema.Type) []cty.Value {
	plain, _ := el.Unmark()
	if t.Shape != schema.Ref || !c.r.refs.group(plain) {
		return []cty.Value{el}
	}
	all := plain.AsValueMap()
	var out []cty.Value
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[key])
	}
	return out
}

func isUnset(v cty.Value) bool { return v.IsKnown() && v.IsNull() }

func (c *converter) mapping(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	if _, isRef := c.r.refs.of(v); isRef || !isObject(v.Type()) {
		return c.wrongType(v, t, at, "")
	}
	out := map[string]cty.Value{}
	ok := true
	values := v.AsValueMap()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		got, fine := c.convert(values[name], *t.Elem, at.key(name))
		ok = ok && fine
		if !isUnset(got) {
			out[name] = got
		}
	}
	return cty.ObjectVal(out), ok
}

func (c *converter) object(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	if _, isRef := c.r.refs.of(v); isRef || !isObject(v.Type()) {
		return c.wrongType(v, t, at, "")
	}
	checked := at.arg != nil && writtenOut(at.arg)
	values, ok := c.present(v.AsValueMap(), t, at, checked)
	ok = ok && (checked || c.keys(values, t, at))
	out := map[string]cty.Value{}
	for i := range t.Keys {
		k := &t.Keys[i]
		if k.Old() {
			continue
		}
		got, fine := c.keyValue(values, k, at, checked)
		ok = ok && fine
		if !isUnset(got) {
			out[k.Name] = got
		}
	}
	return cty.ObjectVal(out), ok
}

// keyValue converts one key of an object. Of an object that is checked, the decoder reported what is missing.
func (c *converter) keyValue(values map[string]cty.Value, k *schema.Arg, at site, checked bool) (cty.Value, bool) {
	inner := at.key(k.Name)
	inner.secret = at.secret || k.Secret
	got := unset()
	if v, has := values[k.Name]; has {
		var ok bool
		if got, ok = c.convert(v, k.Type, inner); !ok {
			return got, false
		}
	} else if checked && k.Required {
		return got, false
	}
	if !isUnset(got) {
		return got, true
	}
	if k.Required {
		return c.wrong(diag.MissingKey, inner, "Missing key", "The value of %q needs the key %q, and it is not set or null.", at.word, k.Name)
	}
	n := c.r.omitted(k, inner.rng)
	return n.value, n.ok
}

// present gives an object's values under the names that its keys have now. Of one that is written out, decoding has told
// what was renamed.
func (c *converter) present(values map[string]cty.Value, t schema.Type, at site, told bool) (map[string]cty.Value, bool) {
	ok := true
	for i := range t.Keys {
		k := &t.Keys[i]
		v, set := values[k.Name]
		if !set || !k.Old() {
			continue
		}
		if _, both := values[k.RenamedTo]; both && !told {
			c.wrong(diag.DuplicateKey, at, "Set under two names", "The value of %q has the keys %q and %q, which are two names of one thing. Remove one of them.", at.word, k.Name, k.RenamedTo)
			ok = false
		} else if !told {
			c.diags = append(c.diags, decode.OldWord(k.Name, k.Growth, at.rng))
		}
		delete(values, k.Name)
		values[k.RenamedTo] = v
	}
	return values, ok
}

// keys checks the keys of a computed object; those of one that is written out the decoder has checked.
func (c *converter) keys(values map[string]cty.Value, t schema.Type, at site) bool {
	ok := true
	for _, name := range slices.Sorted(maps.Keys(values)) {
		k := t.Key(name)
		if k != nil && k.Later == "" {
			continue
		}
		ok = false
		if k != nil {
			c.wrong(diag.NotBuiltYet, at, "Not built yet",
				"The key %q of %q is part of the language but not built yet in this version (%s). Remove it to go on without.", name, at.word, k.Later)
			continue
		}
		free := slices.DeleteFunc(t.KeyNames(), func(key string) bool { _, set := values[key]; return set })
		c.wrong(diag.UnknownKey, at, "Unknown key", "The value of %q has no key %q.%s",
			at.word, name, diag.DidYouMean(name, free))
	}
	return ok
}

// writtenOut tells whether all keys of a value stand in the source, so that the decoder has seen them.
func writtenOut(arg *decode.Arg) bool {
	if arg.Keys == nil {
		return false
	}
	expr := arg.Expr
	for {
		p, ok := expr.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		expr = p.Expression
	}
	pairs, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return false
	}
	for _, p := range pairs {
		if hcl.ExprAsKeyword(p.Key) == "" && len(p.Key.Variables()) > 0 {
			return false
		}
	}
	return true
}

// anything normalizes a value of a type that the schema leaves open.
func (c *converter) anything(v cty.Value, at site) (cty.Value, bool) {
	if ref, ok := c.r.refs.of(v); ok {
		return c.r.refs.value(ref, nil), c.mayStand(at)
	}
	switch ty := v.Type(); {
	case isList(ty):
		return c.list(v, schema.ListOf(schema.AnyValue()), at)
	case isObject(ty):
		return c.mapping(v, schema.MapOf(schema.AnyValue()), at)
	case ty == cty.Number:
		return c.convert(c.remark(v, at), schema.Num(), at)
	case ty == cty.Bool:
		return c.convert(c.remark(v, at), schema.Boolean(), at)
	case ty == cty.String:
		return c.convert(c.remark(v, at), schema.Str(), at)
	}
	return c.wrong(diag.WrongType, at, "Wrong type", "%q cannot hold %s.", at.word, c.what(v))
}

func (c *converter) remark(v cty.Value, at site) cty.Value {
	if at.sensitive {
		return v.Mark(Sensitive)
	}
	return v
}
