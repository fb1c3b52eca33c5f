package resolve

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/eval/state"
)

// encoder writes values as canonical JSON: keys in order, no white space, numbers without an exponent, text as
// it is. Values that are equal give bytes that are equal.
type encoder struct {
	refs refs
	// secrets collects the sensitive values by their path, if it is not nil.
	secrets map[string]string
	// keepNull writes null where it would be left out.
	keepNull bool
	// unknown is set when something was left out since it is not known.
	unknown bool
}

func (e *encoder) bytes(v cty.Value) []byte {
	tree, ok := e.tree(v, "")
	if !ok {
		return nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		panic(err) // the tree holds maps, lists, strings and numbers only
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// tree turns a value into what encoding/json writes in canonical form. It reports false for what is left out.
func (e *encoder) tree(v cty.Value, path string) (any, bool) {
	v, marks := v.Unmark()
	if _, sensitive := marks[Sensitive]; sensitive {
		return e.secret(v, path)
	}
	if !v.IsKnown() {
		e.unknown = true
		return nil, false
	}
	if v.IsNull() {
		return nil, e.keepNull
	}
	if ref, ok := e.refs.of(v); ok {
		return refTree(ref), true
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return v.AsString(), true
	case isInfinite(v): // of an output only; arguments have none
		return v.AsBigFloat().String(), true
	case isHuge(v): // likewise
		return "a number too large to be written", true
	case ty == cty.Number:
		return json.Number(digits(v.AsBigFloat())), true
	case ty == cty.Bool:
		return v.True(), true
	case isList(ty):
		return e.list(v, path), true
	case isObject(ty):
		return e.object(v, path), true
	}
	return nil, false
}

// refTree is a state.Ref with its keys in order.
func refTree(ref reference) map[string]any {
	out := map[string]any{"ref": ref.addr.String()}
	if ref.port != "" {
		out["port"] = ref.port
	}
	return out
}

func (e *encoder) list(v cty.Value, path string) []any {
	out := []any{}
	for i, el := range v.AsValueSlice() {
		if got, ok := e.tree(el, join(path, strconv.Itoa(i))); ok {
			out = append(out, got)
		}
	}
	return out
}

func (e *encoder) object(v cty.Value, path string) map[string]any {
	out := map[string]any{}
	values := v.AsValueMap()
	for _, name := range slices.Sorted(maps.Keys(values)) { // in order, since secrets may share a path
		if got, ok := e.tree(values[name], join(path, name)); ok {
			out[name] = got
		}
	}
	return out
}

// secret writes the name under which a sensitive value is kept. Sensitive values are scalars: conversion hands
// the mark of a larger value down to its parts.
func (e *encoder) secret(v cty.Value, path string) (any, bool) {
	name := path
	if e.secrets != nil && v.IsKnown() {
		for n := 2; ; n++ {
			if _, taken := e.secrets[name]; !taken {
				break
			}
			name = path + "#" + strconv.Itoa(n) // keys with dots can give two values one path
		}
		s, err := convert.Convert(v, cty.String)
		if err != nil || s.IsNull() {
			return nil, false
		}
		e.secrets[name] = s.AsString()
	}
	return state.Text{Secret: name}, true
}

// join makes the path of a part of a spec, as state.Source speaks of it.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// digits writes a number out. Nearly all are small and whole, for which the shortest text that stands for a number of so
// many bits needs no search.
func digits(f *big.Float) string {
	if n, exact := f.Int64(); exact == big.Exact && !f.Signbit() {
		return strconv.FormatInt(n, 10)
	}
	return f.Text('f', -1)
}
