package render

import (
	"bufio"
	"io"

	"github.com/deployrecipe/recipe/eval/state"
)

// Outputs writes the outputs of a recipe, nothing where it has none: for the end of an apply.
func Outputs(w io.Writer, outputs []state.Output, o Options) error {
	r := &printer{paint: paint(o.Color), Options: o, w: bufio.NewWriter(w)}
	r.outputs(outputs)
	return r.w.Flush()
}
