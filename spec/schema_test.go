package spec

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/schema"
)

// TestSchemas finds blocks and arguments that nobody described, and schemas that contradict themselves.
func TestSchemas(t *testing.T) {
	t.Parallel()
	all := resolve.Blocks()
	for _, k := range builtins.Kinds(builtins.Settings{}) {
		all = append(all, *k.Schema())
	}
	for _, problem := range schema.Validate(all) {
		t.Error(problem)
	}
}
