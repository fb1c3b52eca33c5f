package spec

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const published = "https://github.com/deployrecipe/recipe/spec/"

// compiled reads a schema of this directory, more strictly than it says: fields that it does not describe are errors,
// which readers of later versions must let pass.
func compiled(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, file := range []string{"plan.schema.json", "events.schema.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err == nil {
			closed(document)
			err = c.AddResource(published+file, document)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	schema, err := c.Compile(published + name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// closed has every object that lists properties have no others.
func closed(schema any) {
	switch s := schema.(type) {
	case map[string]any:
		if _, ok := s["properties"].(map[string]any); ok {
			s["additionalProperties"] = false
		}
		for _, inner := range s {
			closed(inner)
		}
	case []any:
		for _, inner := range s {
			closed(inner)
		}
	}
}

func valid(t *testing.T, schema *jsonschema.Schema, text []byte) {
	t.Helper()
	if err := against(t, schema, text); err != nil {
		t.Errorf("%v\nin %s", err, text)
	}
}

func against(t *testing.T, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("no JSON: %v\n%s", err, text)
	}
	return schema.Validate(value)
}
