// Package schematest holds what is written for programs to the JSON Schemas that describe it.
package schematest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// published is where the schemas' own names begin.
const published = "https://github.com/deployrecipe/recipe/spec/"

// Compile reads the schema of a name among those of a directory, more strictly than it says: fields that it does not
// describe are errors, which readers of later versions must let pass.
func Compile(t testing.TB, dir, name string) *jsonschema.Schema {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.schema.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s holds no schemas: %v", dir, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err == nil {
			closed(document)
			err = c.AddResource(published+filepath.Base(file), document)
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

// Valid fails the test where a JSON text is not as the schema says.
func Valid(t testing.TB, schema *jsonschema.Schema, text []byte) {
	t.Helper()
	if err := Against(t, schema, text); err != nil {
		t.Errorf("%v\nin %s", err, text)
	}
}

// Against is how a JSON text differs from what the schema says, nil where it does not.
func Against(t testing.TB, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("no JSON: %v\n%s", err, text)
	}
	return schema.Validate(value)
}
