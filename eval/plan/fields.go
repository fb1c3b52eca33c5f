package plan

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/deployrecipe/recipe/eval/state"
)

// Fields compares two specs, in the form of state.Resource.Spec, and returns what differs, by path. Each
// field's cause is looked up in sources, which may be nil.
func Fields(before, after json.RawMessage, sources map[string]state.Source) []Field {
	was, is := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	flatten("", before, was)
	flatten("", after, is)
	paths := map[string]bool{}
	for path := range was {
		paths[path] = true
	}
	for path := range is {
		paths[path] = true
	}
	var fields []Field
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if bytes.Equal(was[path], is[path]) {
			continue
		}
		f := Field{Path: path, Before: was[path], After: is[path], Cause: CauseOf(path, sources)}
		if sensitive(f.Before) || sensitive(f.After) {
			f.Sensitive, f.Before, f.After = true, nil, nil
		}
		fields = append(fields, f)
	}
	return fields
}

// flatten gives every leaf of a spec its path. A secret, a reference and an empty object are leaves.
func flatten(path string, value json.RawMessage, into map[string]json.RawMessage) {
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return
	}
	var keys map[string]json.RawMessage
	var items []json.RawMessage
	switch {
	case value[0] == '{' && json.Unmarshal(value, &keys) == nil && len(keys) > 0 && !sensitive(value) && !reference(keys):
		for key, v := range keys {
			flatten(join(path, key), v, into)
		}
	case value[0] == '[' && json.Unmarshal(value, &items) == nil && nested(items):
		for i, v := range items {
			flatten(join(path, strconv.Itoa(i)), v, into)
		}
	case path != "":
		into[path] = value
	}
}

// nested tells whether a list holds objects, which are compared one by one; a list of words is one value.
func nested(items []json.RawMessage) bool {
	for _, item := range items {
		if item = bytes.TrimSpace(item); len(item) > 0 && item[0] == '{' {
			return true
		}
	}
	return false
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func sensitive(value json.RawMessage) bool {
	_, ok := state.SecretOf(value)
	return ok
}

// reference tells a state.Ref from a map that has a key of that name.
func reference(keys map[string]json.RawMessage) bool {
	return keys["ref"] != nil && (len(keys) == 1 || len(keys) == 2 && keys["port"] != nil)
}
