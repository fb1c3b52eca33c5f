package builtins

import (
	"io"

	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/lang/reference"
	"github.com/deployrecipe/recipe/lang/rtest"
	"github.com/deployrecipe/recipe/lang/schema"
)

// Schemas are those of all top-level blocks of recipes, in the order of the reference page.
func Schemas() []schema.Block {
	var blocks []schema.Block
	blocks = append(blocks, resolve.Blocks()...)
	for _, k := range Kinds(Settings{}) {
		blocks = append(blocks, *k.Schema())
	}
	return blocks
}

// Described are all top-level blocks that can be written: those of recipes, and those of their tests.
func Described() []schema.Block { return append(Schemas(), rtest.Blocks()...) }

// Reference writes the reference page of all blocks and functions. The only errors returned are those of w.
func Reference(w io.Writer) error {
	var functions []reference.Function
	for _, d := range funcs.All() {
		functions = append(functions, d.Reference())
	}
	return reference.Markdown(w, Described(), functions)
}
