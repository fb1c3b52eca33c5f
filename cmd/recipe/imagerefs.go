package main

import (
	"context"
	"maps"
	"slices"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
)

// An image's reference names its content, of which its base images are a part: it is known once the engine was
// asked. Few recipes read one. Those are evaluated twice: first with the references unknown, which gives the
// images, and then with the references of their contents.

// readsImageRefs tells whether some expression reads the reference of an image.
func (m *module) readsImageRefs() bool {
	return slices.ContainsFunc(m.decoded.Blocks, blockReadsImageRefs)
}

func blockReadsImageRefs(b *decode.Block) bool {
	for _, arg := range b.Args {
		for _, ref := range decode.References(arg.Expr) {
			if ref.Root == "image" && len(ref.Path) > 1 && ref.Path[1] == "ref" {
				return true
			}
		}
	}
	return slices.ContainsFunc(b.Blocks, blockReadsImageRefs)
}

// imageRef gives the reference of an image, once it is learnt.
func (m *module) imageRef(a addr.Addr) (string, bool) {
	ref, ok := m.refs[a]
	return ref, ok
}

// learnImageRefs finds the references of all images of the recipe.
func (p *planner) learnImageRefs(ctx context.Context, r engine.Reader, observed *state.Observed) error {
	if p.module.refs != nil || p.options.mode == kind.Destroy {
		return nil
	}
	images, diags := resolve.Check(p.module.decoded, p.module.inputs)
	if diags.HasErrors() {
		return failure{diags}
	}
	images.Resources = slices.DeleteFunc(images.Resources, func(r *state.Resource) bool { return r.Addr.Kind != "image" })
	seen := &state.Observed{Objects: observed.Objects, Facts: maps.Clone(observed.Facts)}
	if err := image.Refine(ctx, r, seen, images, builtins.ImageOptions(p.settings)); err != nil {
		return err
	}
	refs := map[addr.Addr]string{}
	for a, content := range image.FactsOf(seen).Contents {
		refs[a] = content.Ref
	}
	p.module.refs = refs
	return nil
}
