package main

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/resolve"
)

// What is measured must be a recipe that works.
func TestChained(t *testing.T) {
	r, err := read(chained(aNetwork + 20))
	if err != nil {
		t.Fatal(err)
	}
	d, diags := resolve.Resolve(r.module, r.inputs)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	w := simulated.New(simulated.Options{})
	defer w.Close()
	if err := planned(t.Context(), w, d); err != nil {
		t.Error(err)
	}
}

// So must the recipes be whose plans are measured.
func TestShapes(t *testing.T) {
	for _, s := range shapes() {
		r, err := read([]byte(s.ours(2 * aNetwork)))
		if err != nil {
			t.Fatal(err)
		}
		d, diags := resolve.Resolve(r.module, r.inputs)
		if diags.HasErrors() || len(d.Resources) < 2*aNetwork+2 {
			t.Errorf("%s: %v", s.name, diags)
		}
	}
}
