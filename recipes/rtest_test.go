package recipes_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/rehearse"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/builtins/testrun"
	"github.com/deployrecipe/recipe/eval/evaltest/schematest"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/rtest"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// TestTests runs the tests that recipes bring along.
func TestTests(t *testing.T) {
	t.Parallel()
	found := 0
	for _, dir := range directories(t) {
		names, err := rtest.List(os.DirFS("."), filepath.ToSlash(dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			found++
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				tested(t, dir, name)
			})
		}
	}
	if found < 8 {
		t.Errorf("only %d recipes have tests", found)
	}
}

func tested(t *testing.T, dir, name string) {
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if formatted, diags := syntax.Format(src, name); diags.HasErrors() || string(formatted) != string(src) {
		t.Errorf("%s is not as recipe fmt writes it: %v", name, diags)
	}
	file, diags := rtest.Decode(src, name)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	module, in := read(t, dir)
	synctest.Test(t, func(t *testing.T) {
		s := testrun.Subject{Module: module, Inputs: in, Settings: builtins.Environment(noEnv)}
		testrun.Play(context.Background(), s, file, "", func(o *testrun.Outcome) {
			for _, d := range o.Failures {
				t.Errorf("%s: %v", o.Name, d)
			}
		})
	})
}

// TestRehearsals rehearses what leads from one release of a recipe to the next, or to its first one, with some of the
// accidents. None may break a promise.
func TestRehearsals(t *testing.T) {
	t.Parallel()
	schema := schematest.Compile(t, "../spec", "rehearsal.schema.json")
	each(t, func(t *testing.T, name string, wanted, next *state.Desired) {
		var stands *state.Desired
		if next != nil {
			stands, wanted = wanted, next
		}
		n := len(name) // other accidents of each
		report, diags, err := rehearse.Run(t.Context(), rehearse.Scene{
			Begin: func() (*simulated.World, error) {
				w := simulated.New(simulated.Options{})
				if stands != nil {
					apply(t, w, plan(t, w, stands))
				}
				return w, nil
			},
			Desired: wanted, Mode: kind.Apply, Before: stands,
			Pick: func(rehearse.Accident) bool { n++; return n%7 == 0 },
		})
		if err != nil || diags.HasErrors() {
			t.Fatal(err, diags)
		}
		for _, o := range report.Broken() {
			t.Errorf("%v: %s", o.Accident, strings.Join(o.Ending.Broken, "\n"))
		}
		written, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		schematest.Valid(t, schema, written)
	})
}
