package state

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/deployrecipe/recipe/eval/addr"
)

// Text is a string that may be secret. A secret one holds no value, only the name by which the value is
// asked for at the moment of use, so that it cannot leak from wherever the Text goes.
type Text struct {
	Plain string
	// Secret is the path of the sensitive value in its resource ("env.DATABASE_URL"), empty for plain text.
	Secret string
	// Version numbers the values that a secret had, so that a new value makes a new release and no digest
	// lets the value be guessed. Zero until observed.
	Version int
}

type secretJSON struct {
	Secret  string `json:"secret"`
	Version int    `json:"version,omitempty"`
}

// MarshalJSON writes a string, or {"secret": PATH}.
func (t Text) MarshalJSON() ([]byte, error) {
	if t.Secret != "" {
		return json.Marshal(secretJSON{t.Secret, t.Version})
	}
	return json.Marshal(t.Plain)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Text) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		var s secretJSON
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		if s.Secret == "" {
			return fmt.Errorf("a secret needs a path, got %s", data)
		}
		*t = Text{Secret: s.Secret, Version: s.Version}
		return nil
	}
	*t = Text{}
	return json.Unmarshal(data, &t.Plain)
}

// Reveal gives the text, asking lookup for a secret's value.
func (t Text) Reveal(lookup func(path string) (string, error)) (string, error) {
	if t.Secret == "" {
		return t.Plain, nil
	}
	return lookup(t.Secret)
}

// Ref is a reference in a spec: to a resource, or to a service's named port.
type Ref struct {
	Addr string `json:"ref"`
	Port string `json:"port,omitempty"`
}

// SecretOf reads a sensitive value's place in a spec: {"secret": PATH}, with its version where it has one, and
// nothing else, since a map of variables may hold one of that name too.
func SecretOf(value json.RawMessage) (t Text, ok bool) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(value, &keys) != nil || json.Unmarshal(keys["secret"], &t.Secret) != nil || t.Secret == "" {
		return Text{}, false
	}
	version, numbered := keys["version"]
	switch {
	case len(keys) == 1:
		return t, true
	case len(keys) == 2 && numbered && json.Unmarshal(version, &t.Version) == nil:
		return t, true
	}
	return Text{}, false
}

// Versions are the numbers of the secrets in a spec, by path.
func Versions(spec json.RawMessage) map[string]int {
	found := map[string]int{}
	walk(spec, func(t Text) Text {
		found[t.Secret] = t.Version
		return t
	})
	return found
}

// SetVersions gives the secrets in a spec their numbers, by path; one without keeps what it has.
func SetVersions(spec json.RawMessage, versions map[string]int) json.RawMessage {
	return walk(spec, func(t Text) Text {
		if version, ok := versions[t.Secret]; ok {
			t.Version = version
		}
		return t
	})
}

// walk visits every secret in a spec and returns the spec with what visit gives in its place.
func walk(value json.RawMessage, visit func(Text) Text) json.RawMessage {
	return replace(value, func(value json.RawMessage) (json.RawMessage, bool) {
		t, ok := SecretOf(value)
		if !ok {
			return nil, false
		}
		return encode(visit(t)), true
	})
}

// walkRefs does so with every reference.
func walkRefs(value json.RawMessage, visit func(Ref) Ref) json.RawMessage {
	return replace(value, func(value json.RawMessage) (json.RawMessage, bool) {
		ref, ok := refOf(value)
		if !ok {
			return nil, false
		}
		ref = visit(ref)
		sorted := map[string]string{"ref": ref.Addr}
		if ref.Port != "" {
			sorted["port"] = ref.Port
		}
		return encode(sorted), true
	})
}

// refOf reads a reference in a spec, and nothing that holds more: a map of variables may have a key of that name.
func refOf(value json.RawMessage) (ref Ref, ok bool) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(value, &keys) != nil || json.Unmarshal(keys["ref"], &ref.Addr) != nil {
		return Ref{}, false
	}
	port, named := keys["port"]
	ok = len(keys) == 1 || len(keys) == 2 && named && json.Unmarshal(port, &ref.Port) == nil
	_, err := addr.Parse(ref.Addr)
	return ref, ok && err == nil
}

// replace puts what found gives in the place of the values that it knows. Keys stay sorted, since encoding/json sorts
// those of maps.
func replace(value json.RawMessage, found func(json.RawMessage) (json.RawMessage, bool)) json.RawMessage {
	value = bytes.TrimSpace(value)
	if with, ok := found(value); ok {
		return with
	}
	var keys map[string]json.RawMessage
	var items []json.RawMessage
	switch {
	case len(value) == 0:
		return value
	case value[0] == '{' && json.Unmarshal(value, &keys) == nil:
		for key, v := range keys {
			keys[key] = replace(v, found)
		}
		return encode(keys)
	case value[0] == '[' && json.Unmarshal(value, &items) == nil:
		for i, v := range items {
			items[i] = replace(v, found)
		}
		return encode(items)
	}
	return value
}

// encode writes JSON as specs have it: without HTML escapes.
func encode(v any) json.RawMessage {
	var buffer bytes.Buffer
	e := json.NewEncoder(&buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("JSON that was read can be written: " + err.Error()) // raw messages read a moment ago
	}
	return bytes.TrimSpace(buffer.Bytes())
}
