package document

import (
	"bytes"
	"encoding/json"

	"github.com/deployrecipe/recipe/eval/state"
)

// apart takes a spec's sensitive values out of it and marks their places. A key of an object goes; an item of a list
// is null, so that the others keep their places.
func apart(spec json.RawMessage) (plain, marks json.RawMessage) {
	if len(bytes.TrimSpace(spec)) == 0 {
		return json.RawMessage("null"), nothing
	}
	value, marked := part(spec)
	if marked == nil {
		return spec, nothing
	}
	return encode(value), encode(marked)
}

// part gives a value without what is sensitive, and the marks, nil for none. A value that is sensitive as a whole is
// nil, and its mark true.
func part(value json.RawMessage) (plain, marks any) {
	if _, ok := state.SecretOf(value); ok {
		return nil, true
	}
	var keys map[string]json.RawMessage
	var items []json.RawMessage
	switch first := bytes.TrimSpace(value)[0]; {
	case first == '{' && json.Unmarshal(value, &keys) == nil:
		return object(keys)
	case first == '[' && json.Unmarshal(value, &items) == nil:
		return array(items)
	}
	return value, nil
}

func object(keys map[string]json.RawMessage) (plain, marks any) {
	kept, marked := map[string]any{}, map[string]any{}
	for key, value := range keys {
		inner, mark := part(value)
		if mark != nil {
			marked[key] = mark
		}
		if mark != true {
			kept[key] = inner
		}
	}
	if len(marked) == 0 {
		return kept, nil
	}
	return kept, marked
}

func array(items []json.RawMessage) (plain, marks any) {
	kept, marked, found := make([]any, len(items)), make([]any, len(items)), false
	for i, item := range items {
		if kept[i], marked[i] = part(item); marked[i] == nil {
			marked[i] = false
		} else {
			found = true
		}
	}
	if !found {
		return kept, nil
	}
	return kept, marked
}

// encode writes what was read of JSON, keys sorted.
func encode(v any) json.RawMessage {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("JSON that was read can be written: " + err.Error())
	}
	return bytes.TrimSpace(out.Bytes())
}
