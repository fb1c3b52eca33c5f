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
