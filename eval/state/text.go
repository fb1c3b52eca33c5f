package state

import (
	"bytes"
	"encoding/json"
	"fmt"
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
