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

// readsImageRefs tells whether some expression, of a library too, may read the reference of an image. What leads to
// one may be a local value or an element as well as a block, so the name of the attribute decides.
func (m *module) readsImageRefs() bool { return moduleReadsRefs(m.decoded) }

func moduleReadsRefs(m *decode.Module) bool {
	for _, lib := range m.Uses {
		if moduleReadsRefs(lib) {
			return true
		}
	}
	return slices.ContainsFunc(m.Blocks, blockReadsRefs)
}

func blockReadsRefs(b *decode.Block) bool {
	for _, arg := range b.Args {
		for _, ref := range decode.References(arg.Expr) {
			read := func(s decode.Step) bool { return s.Key == nil && s.Name == "ref" }
			if slices.Contains(ref.Attrs, "ref") || slices.ContainsFunc(ref.Steps, read) {
				return true
			}
		}
	}
	return slices.ContainsFunc(b.Blocks, blockReadsRefs) || slices.ContainsFunc(b.Conditions, blockReadsRefs)
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
