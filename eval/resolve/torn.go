package resolve

import (
	"errors"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// A block as a whole is no value that could be written out or taken apart: which of its attributes are there depends on
// what else the expression reads. As far as functions are concerned, those that hand it on are left alone; what comes
// of others betrays itself, since the hidden attribute is in it.

// Intact returns an error where a function made something of a block as a whole: a text of it, or a list of its parts.
// The result and the error are those of the function.
func Intact(args []cty.Value, v cty.Value, err error) error {
	whole := func(arg cty.Value) bool { return holdsBlock(arg.Type()) }
	if slices.ContainsFunc(args, whole) && (err != nil && strings.Contains(err.Error(), hidden) || err == nil && torn(v)) {
		return errWhole
	}
	return nil
}

var errWhole = errors.New("a block as a whole has no text and no parts; name what is wanted of it, such as its addr or its name")

// IsBlock tells whether a value is a reference to one object.
func IsBlock(v cty.Value) bool { return v.Type().IsObjectType() && v.Type().HasAttribute(hidden) }

func holdsBlock(t cty.Type) bool {
	switch {
	case t.IsObjectType():
		if t.HasAttribute(hidden) {
			return true
		}
		for _, inner := range t.AttributeTypes() {
			if holdsBlock(inner) {
				return true
			}
		}
	case t.IsTupleType():
		return slices.ContainsFunc(t.TupleElementTypes(), holdsBlock)
	case t.IsCollectionType():
		return holdsBlock(t.ElementType())
	}
	return false
}

// torn tells whether there are parts of references in a value, without the rest of them.
func torn(v cty.Value) bool {
	v, _ = v.Unmark()
	switch ty := v.Type(); {
	case ty.IsCapsuleType() && ty.FriendlyName() == hidden:
		return true
	case !v.IsKnown() || v.IsNull():
		return false
	case ty == cty.String:
		return strings.Contains(v.AsString(), hidden)
	case v.CanIterateElements():
		for it := v.ElementIterator(); it.Next(); {
			key, el := it.Element()
			if isHidden := key.Type() == cty.String && key.AsString() == hidden; !isHidden && torn(el) {
				return true
			}
		}
	}
	return false
}
