package funcs

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/eval/resolve"
)

// What is converted in our way is what the library makes of it, and so is what cannot be.
func TestConvertedAsTheLibraryDoes(t *testing.T) {
	text, number, secret := cty.StringVal("a"), cty.NumberIntVal(1), cty.StringVal("s").Mark(resolve.Sensitive)
	object := func(v cty.Value) cty.Value { return cty.ObjectVal(map[string]cty.Value{"x": v}) }
	parts := map[string][]cty.Value{
		"none": nil, "texts": {text, text}, "mixed": {number, text, cty.True}, "numbers": {number, number},
		"null": {text, cty.NullVal(cty.DynamicPseudoType), number}, "null text": {number, cty.NullVal(cty.String)},
		"unknown": {number, cty.UnknownVal(cty.String)}, "open": {text, cty.DynamicVal}, "sensitive": {secret, number},
		"objects": {object(text), object(number)}, "unlike": {object(text), text}, "tuples": {cty.TupleVal([]cty.Value{text}), cty.TupleVal([]cty.Value{number})},
		"longer": {cty.TupleVal([]cty.Value{text}), cty.TupleVal([]cty.Value{number, text})}, "lists": {cty.ListVal([]cty.Value{text}), cty.ListVal([]cty.Value{number})},
		"inner": {object(secret), object(number)}, "other attributes": {object(text), cty.ObjectVal(map[string]cty.Value{"y": text})},
	}
	for name, list := range parts {
		named := map[string]cty.Value{}
		for i, v := range list {
			named[string(rune('a'+i))] = v
		}
		for _, v := range []cty.Value{cty.TupleVal(list), cty.TupleVal(list).Mark(resolve.Sensitive), cty.ObjectVal(named), cty.NullVal(cty.Tuple(nil))} {
			for _, elem := range []cty.Type{cty.DynamicPseudoType, cty.String, cty.Number} {
				for _, ty := range []cty.Type{cty.List(elem), cty.Set(elem), cty.Map(elem)} {
					want, wantErr := convert.Convert(v, ty)
					got, err := converted(v, ty)
					switch {
					case (err == nil) != (wantErr == nil): // of several faults the library names any
						t.Errorf("%s to %#v: %v, want %v", name, ty, err, wantErr)
					case err == nil && !got.RawEquals(want):
						t.Errorf("%s to %#v: %#v, want %#v", name, ty, got, want)
					}
				}
			}
		}
	}
}
