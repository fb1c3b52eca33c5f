package resolve

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// The arguments by which a block stands for several objects, or for none. They are no part of its spec.
const (
	forEach    = "for_each"
	enabledArg = "enabled"
)

// elements evaluates the for_each of a block that stands for objects: a map, or a set of strings, whose keys are
// known and may be seen. In a check the keys may be unknown; then there is one element that stands for any, and
// known is false.
func (r *resolver) elements(n *node, f frame, a *decode.Arg) (found []each, known, ok bool) {
	v, ok := r.eval(n, f, a.Expr)
	if !ok {
		return nil, true, false
	}
	fail := func(code diag.Code, summary, format string, args ...any) ([]each, bool, bool) {
		r.errorf(code, a.Expr.Range(), summary, format, args...)
		return nil, true, false
	}
	v, marks := v.Unmark()
	if _, sensitive := marks[Sensitive]; sensitive {
		return fail(diag.SensitiveValue, "Sensitive value",
			"The keys of for_each are seen in addresses and names, so its value cannot be sensitive. Go through the keys alone, and read what is sensitive by them.")
	}
	ty := v.Type()
	switch {
	case !v.IsKnown():
		if r.lenient {
			return []each{{key: cty.UnknownVal(cty.String), value: cty.DynamicVal, uses: n.uses.all()}}, false, true
		}
		return fail(diag.UnknownValue, "Value not known yet",
			"The value of for_each is known only when the plan runs, and a plan must know which objects there are. Use keys that are written out or given by variables.")
	case v.IsNull():
		return fail(diag.InvalidValue, "Invalid value", "The value of for_each is null. Where there is nothing to go through, write {}; to switch the block off, use enabled.")
	case isObject(ty):
		return r.mapElements(n, v), true, true
	case ty.IsSetType() || ty.IsTupleType() && ty.Length() == 0:
		return r.setElements(v, a)
	case isList(ty):
		return fail(diag.WrongType, "Wrong type", "for_each takes a map or a set of strings, and this is a list, whose elements have no names that stay when others go. Write toset([...]) for a set.")
	}
	return fail(diag.WrongType, "Wrong type", "for_each takes a map or a set of strings, and this is %s.", (&converter{r: r}).what(v))
}

func (r *resolver) mapElements(n *node, v cty.Value) []each {
	values := v.AsValueMap()
	var found []each
	for _, key := range slices.Sorted(maps.Keys(values)) {
		found = append(found, each{key: cty.StringVal(key), value: values[key], uses: r.usesOf(values[key], n.uses.all())})
	}
	return found
}

// usesOf are those of the uses that a value may come from: of a reference, what it leads to.
func (r *resolver) usesOf(v cty.Value, all uses) uses {
	plain, _ := v.Unmark()
	if ref, ok := r.refs.of(plain); ok {
		return all.of(ref.addr)
	}
	return all
}

func (r *resolver) setElements(v cty.Value, a *decode.Arg) (found []each, known, ok bool) {
	for _, el := range v.AsValueSlice() {
		el, _ := el.UnmarkDeep()
		switch {
		case el.Type() != cty.String:
			r.errorf(diag.WrongType, a.Expr.Range(), "Wrong type", "for_each takes a set of strings, and this is a set of other things. Write a map instead, with a key for each.")
			return nil, true, false
		case !el.IsKnown():
			if r.lenient {
				return []each{{key: cty.UnknownVal(cty.String), value: cty.DynamicVal}}, false, true
			}
			r.errorf(diag.UnknownValue, a.Expr.Range(), "Value not known yet", "The set that for_each goes through has a string that is known only when the plan runs.")
			return nil, true, false
		case el.IsNull():
			r.errorf(diag.InvalidValue, a.Expr.Range(), "Invalid value", "The set that for_each goes through holds null, which cannot be a key.")
			return nil, true, false
		}
		found = append(found, each{key: el, value: el})
	}
	return found, true, true
}
