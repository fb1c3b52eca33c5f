package decode

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// value looks into a value that is written out as an object or list: its parts get their own ranges, and its keys
// are checked. Computed values are checked when they are evaluated.
func (d *decoder) value(a *Arg) {
	expr := a.Expr
	for {
		p, ok := expr.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		expr = p.Expression
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		d.object(a, pairs, objectType(a.Schema, pairs))
		return
	}
	if exprs, diags := hcl.ExprList(expr); !diags.HasErrors() {
		d.list(a, exprs)
	}
}

func (d *decoder) list(a *Arg, exprs []hcl.Expression) {
	var elem *schema.Arg
	if t := shaped(a.Schema, schema.List); t != nil {
		elem = &schema.Arg{Name: a.Schema.Name, Type: *t.Elem}
	}
	for _, e := range exprs {
		el := &Arg{Expr: e, Range: e.Range(), NameRange: e.Range(), Schema: elem}
		d.value(el)
		a.Elems = append(a.Elems, el)
	}
}

// object fills in the keys of a. The type is that of an object or map, or nil when any keys may stand there.
func (d *decoder) object(a *Arg, pairs []hcl.KeyValuePair, t *schema.Type) {
	a.Keys = map[string]*Arg{}
	computed := false
	meant := &parent{}
	for _, p := range pairs {
		name, ok := keyName(p.Key)
		if !ok {
			computed = true
			continue
		}
		key := &Arg{Name: name, Expr: p.Value, NameRange: p.Key.Range(), Range: hcl.RangeBetween(p.Key.Range(), p.Value.Range())}
		if d.key(a, key, t, meant) {
			d.value(key)
			a.Keys[key.Name] = key
			a.KeyOrder = append(a.KeyOrder, key.Name)
		}
	}
	if t == nil || t.Shape != schema.Object || computed {
		return
	}
	for i := range t.Keys {
		k := &t.Keys[i]
		if k.Required && !k.Old() && a.Keys[k.Name] == nil && !meant.meant[k.Name] {
			d.errorf(diag.MissingKey, a.NameRange, "Missing key", "The value of %q needs the key %q. %s",
				a.Name, k.Name, firstSentence(k.Doc))
		}
	}
}

// key checks one key against the type of the whole and sets its schema; it reports whether the key may stand.
func (d *decoder) key(a, key *Arg, t *schema.Type, meant *parent) bool {
	if f := a.Keys[key.Name]; f != nil {
		d.errorf(diag.DuplicateKey, key.NameRange, "Duplicate key", "The key %q is already set at %s.",
			key.Name, place(f.Range))
		return false
	}
	switch {
	case t == nil:
	case t.Shape == schema.Map:
		key.Schema = &schema.Arg{Name: key.Name, Type: *t.Elem}
	default:
		s := t.Key(key.Name)
		if s == nil {
			d.errorf(diag.UnknownKey, key.NameRange, "Unknown key", "The value of %q has no key %q.%s",
				a.Schema.Name, key.Name, meant.suggest(key.Name, t.KeyNames()))
			return false
		}
		if s.Later != "" {
			d.later(key.NameRange, s.Name, s.Later)
			return false
		}
		key.Schema = d.presentArg(s, t.Key, key.NameRange)
		key.Name = key.Schema.Name
		if other := a.Keys[key.Name]; other != nil {
			d.both(s.Name, key.NameRange, other)
			return false
		}
	}
	return true
}

// objectType returns the type by which an object is checked: of several alternatives the one that knows most of
// the keys, so that a typo is held against what was meant.
func objectType(s *schema.Arg, pairs []hcl.KeyValuePair) *schema.Type {
	if s == nil {
		return nil
	}
	var best *schema.Type
	most := -1
	for _, t := range alternatives(&s.Type) {
		n := -1
		switch t.Shape {
		case schema.Map:
			n = 0
		case schema.Object:
			n = known(t, pairs)
		}
		if n > most {
			best, most = t, n
		}
	}
	return best
}

func known(t *schema.Type, pairs []hcl.KeyValuePair) int {
	n := 0
	for _, p := range pairs {
		if name, ok := keyName(p.Key); ok && t.Key(name) != nil {
			n++
		}
	}
	return n
}

// shaped returns the first alternative of an argument's type that has the shape.
func shaped(s *schema.Arg, shape schema.Shape) *schema.Type {
	if s == nil {
		return nil
	}
	for _, t := range alternatives(&s.Type) {
		if t.Shape == shape {
			return t
		}
	}
	return nil
}

func alternatives(t *schema.Type) []*schema.Type {
	if t.Shape != schema.Either {
		return []*schema.Type{t}
	}
	var all []*schema.Type
	for i := range t.Alts {
		all = append(all, alternatives(&t.Alts[i])...)
	}
	return all
}
