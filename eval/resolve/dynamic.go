package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// piece is a nested block, as it was written or as a dynamic block makes it.
type piece struct {
	*decode.Block
	typ, label string
	rng        hcl.Range // of the label
	frame      frame
}

// pieces are the nested blocks of one type, of all types where none is given, in the order of the source. Known
// is false where a dynamic block goes through what is not known yet, which only a check allows.
func (r *resolver) pieces(n *node, b *decode.Block, f frame, typ string) (found []piece, known, ok bool) {
	known, ok = true, true
	made := false
	for _, inner := range b.Blocks {
		switch {
		case inner.Type == schema.Dynamic && (typ == "" || inner.Label == typ):
			more, sure, fine := r.dynamic(n, inner, f)
			found, known, ok, made = append(found, more...), known && sure, ok && fine, true
		case inner.Type != schema.Dynamic && (typ == "" || inner.Type == typ):
			found = append(found, piece{inner, inner.Type, inner.Label, inner.LabelRange, f})
		}
	}
	if made && known && ok {
		ok = r.counted(b, found, typ)
	}
	return found, known, ok
}

// expansion is what a dynamic block of an object makes.
type expansion struct {
	pieces []piece
	known  bool
}

// dynamic makes the blocks that a dynamic block stands for, once for each object. Those within the content of others
// are made anew with each of these.
func (r *resolver) dynamic(n *node, b *decode.Block, f frame) (made []piece, known, ok bool) {
	if len(f.names) > 0 || f.of == nil {
		return r.expand(n, b, f)
	}
	key := nodeKey{of: f.of, arg: b.Args[forEach], part: listing}
	got := r.node(key, f.of.text()+" "+b.Label, b.Range, func(n *node) (cty.Value, bool) {
		pieces, known, ok := r.expand(n, b, f)
		r.expanded[key] = expansion{pieces, known}
		return cty.DynamicVal, ok
	})
	n.uses.add(got.uses.all())
	e := r.expanded[key]
	return e.pieces, e.known || !got.ok, got.ok
}

func (r *resolver) expand(n *node, b *decode.Block, f frame) (made []piece, known, ok bool) {
	a, content := b.Args[forEach], b.Blocks
	name, fine := iterator(r, b)
	if a == nil || len(content) != 1 || !fine {
		return nil, true, false // decoding said so
	}
	v, ok := r.eval(n, f, a.Expr)
	if !ok {
		return nil, true, false
	}
	found, known, ok := r.elementsOf(n, v, a)
	for _, e := range found {
		p := piece{content[0], b.Label, "", b.LabelRange, f.with(name, a, e)}
		p.label, fine = r.labelOf(n, b, p)
		ok = ok && fine
		made = append(made, p)
	}
	return made, known, ok
}

// iterator is the name by which the content of a dynamic block reads the element.
func iterator(r *resolver, b *decode.Block) (string, bool) {
	a := b.Args["iterator"]
	switch {
	case a == nil && b.Iterator != "":
		return b.Iterator, true
	case a == nil:
		return b.Label, true
	}
	name := hcl.ExprAsKeyword(a.Expr)
	if name == "" {
		r.errorf(diag.InvalidName, a.Expr.Range(), "Invalid name",
			"An iterator is a name that is written out, without quotes, such as %s.", b.Label)
	}
	return name, name != ""
}

// elementsOf are the elements of any collection, in its order.
func (r *resolver) elementsOf(n *node, v cty.Value, a *decode.Arg) (found []each, known, ok bool) {
	v, marks := v.Unmark()
	fail := func(code diag.Code, summary, format string, args ...any) ([]each, bool, bool) {
		r.errorf(code, a.Expr.Range(), summary, format, args...)
		return nil, true, false
	}
	ty := v.Type()
	switch _, sensitive := marks[Sensitive]; {
	case sensitive:
		return fail(diag.SensitiveValue, "Sensitive value", "How many blocks there are is seen in plans, so for_each takes no collection that is sensitive as a whole; its elements may be.")
	case !v.IsKnown() && r.lenient:
		unknown := each{key: cty.DynamicVal, value: cty.DynamicVal, uses: n.uses.all()}
		return []each{unknown}, false, true
	case !v.IsKnown():
		return fail(diag.UnknownValue, "Value not known yet", "The value of for_each is known only when the plan runs, and a plan must know which blocks there are.")
	case v.IsNull():
		return fail(diag.InvalidValue, "Invalid value", "The value of for_each is null. Where there is nothing to go through, write [].")
	case isObject(ty):
		values := v.AsValueMap()
		for _, key := range slices.Sorted(maps.Keys(values)) {
			found = append(found, each{cty.StringVal(key), values[key], r.usesOf(values[key], n.uses.all())})
		}
		return found, true, true
	case isList(ty):
		for i, el := range v.AsValueSlice() {
			key := cty.NumberIntVal(int64(i))
			if ty.IsSetType() {
				key = el
			}
			found = append(found, each{key, el, r.usesOf(el, n.uses.all())})
		}
		return found, true, true
	}
	return fail(diag.WrongType, "Wrong type", "for_each takes a list, a set or a map, and this is %s.", (&converter{r: r}).what(v))
}

// labelOf is the label of a block that a dynamic block makes.
func (r *resolver) labelOf(n *node, b *decode.Block, p piece) (string, bool) {
	a := b.Args["labels"]
	switch {
	case p.Schema.Label == "" && a == nil:
		return "", true
	case p.Schema.Label == "":
		r.errorf(diag.ExtraLabel, a.Range, "Too many labels", "%s block takes no label.", capital(article(b.Label)))
		return "", false
	case a == nil:
		return "", false // decoding said so
	}
	v, ok := r.eval(n, p.frame, a.Expr)
	if !ok {
		return "", false
	}
	fail := func(code diag.Code, summary, format string, args ...any) (string, bool) {
		r.errorf(code, a.Expr.Range(), summary, format, args...)
		return "", false
	}
	v, marks := v.UnmarkDeep()
	switch _, sensitive := marks[Sensitive]; {
	case sensitive:
		return fail(diag.SensitiveValue, "Sensitive value", "A label is seen in plans and names, so it cannot be sensitive.")
	case !v.IsWhollyKnown() && r.lenient:
		return "", true
	case !v.IsWhollyKnown():
		return fail(diag.UnknownValue, "Value not known yet", "The label is known only when the plan runs, and a plan must know it.")
	case v.IsNull() || !isList(v.Type()) || v.LengthInt() != 1:
		return fail(diag.WrongType, "Wrong type", "labels takes a list of one, the %s of the block.", p.Schema.Label)
	}
	label, err := convert.Convert(v.AsValueSlice()[0], cty.String)
	if err != nil || label.IsNull() {
		return fail(diag.WrongType, "Wrong type", "labels takes a list of one string, the %s of the block.", p.Schema.Label)
	}
	if why := decode.BadLabel(label.AsString(), p.Schema); why != "" {
		return fail(diag.InvalidName, "Invalid name", "%q cannot be a label here. %s", short(label.AsString()), why)
	}
	return label.AsString(), true
}

// counted checks how often blocks stand in their parent, and that no two have one label, where decoding could not
// since dynamic blocks make some.
func (r *resolver) counted(b *decode.Block, all []piece, typ string) bool {
	number := map[string]int{}
	first := map[[2]string]piece{}
	ok := true
	for _, p := range all {
		number[p.typ]++
		id := [2]string{p.typ, p.label}
		other, taken := first[id]
		switch {
		case !taken:
			first[id] = p
		case decode.UniqueLabel(p.Schema):
			r.errorf(diag.DuplicateBlock, p.rng, "Duplicate block", "%s %q is declared twice, here and at %s. Give one of them another %s, or remove it.",
				p.typ, p.label, place(other.rng), p.Schema.Label)
			ok = false
		}
		if most := p.Schema.Max; most > 0 && number[p.typ] == most+1 {
			r.errorf(diag.TooManyBlocks, p.rng, "Too many blocks", "%s takes at most %d %s block here, and there are more with those that are made.", b, most, p.typ)
			ok = false
		}
	}
	for i := range b.Schema.Blocks {
		if s := &b.Schema.Blocks[i]; !s.Old() && (typ == "" || s.Name == typ) && number[s.Name] < s.Min {
			r.errorf(diag.TooFewBlocks, b.Range, "Missing block", "%s needs at least %d %s block, and the dynamic block makes none.", b, s.Min, s.Name)
			ok = false
		}
	}
	return ok
}
