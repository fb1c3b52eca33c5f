package decode

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/diag"
)

// Reference is one place in an expression that reads something declared elsewhere.
type Reference struct {
	Traversal hcl.Traversal
	// Root is the first word: var, local, each, self, path, recipe, use or a block kind.
	Root string
	// Path are the attribute names and string index keys that follow, up to the first part that is computed, a
	// number or a splat.
	Path []string
	// Range is the whole reference.
	Range hcl.Range
}

// References returns what an expression reads, in source order. Names that the expression binds itself, as
// in a for, are not among them.
func References(expr hcl.Expression) []Reference {
	if expr == nil {
		return nil
	}
	vars := expr.Variables()
	refs := make([]Reference, 0, len(vars))
	for _, t := range vars {
		refs = append(refs, ReferenceOf(t))
	}
	return refs
}

// ReferenceOf makes a Reference of an absolute traversal.
func ReferenceOf(t hcl.Traversal) Reference {
	ref := Reference{Traversal: t, Root: t.RootName(), Range: t.SourceRange()}
	for _, step := range t[1:] {
		switch s := step.(type) {
		case hcl.TraverseAttr:
			ref.Path = append(ref.Path, s.Name)
			continue
		case hcl.TraverseIndex:
			if s.Key.Type() == cty.String && s.Key.IsKnown() && !s.Key.IsNull() {
				ref.Path = append(ref.Path, s.Key.AsString())
				continue
			}
		}
		break
	}
	return ref
}

// String returns the reference's static part as it is written, such as service.web.
func (r Reference) String() string { return r.upTo(len(r.Path)) }

func (r Reference) upTo(n int) string {
	s := r.Root
	for i, p := range r.Path[:n] {
		if _, ok := r.Traversal[i+1].(hcl.TraverseIndex); ok {
			s += fmt.Sprintf("[%q]", p)
			continue
		}
		s += "." + p
	}
	return s
}

// Undeclared makes the error for a reference of which a word leads nowhere: depth 0 is the root, depth n is Path[n-1].
// The candidates are the words that may stand there.
func (r Reference) Undeclared(depth int, candidates []string) *hcl.Diagnostic {
	rng := r.Traversal[depth].SourceRange()
	if depth == 0 {
		return diag.Errorf(diag.UnknownReference, &rng, "Unknown reference",
			"There is nothing named %q to refer to.%s", r.Root, diag.DidYouMean(r.Root, candidates))
	}
	word := r.Path[depth-1]
	if depth == 1 {
		return diag.Errorf(diag.UnknownReference, &rng, "Unknown reference",
			"No %s is named %q.%s", nounOf(r.Root), word, diag.DidYouMean(word, candidates))
	}
	return diag.Errorf(diag.UnknownReference, &rng, "Unknown reference",
		"%s has no attribute %q.%s", r.upTo(depth-1), word, diag.DidYouMean(word, candidates))
}

// nounOf is what a root's members are called in a sentence.
func nounOf(root string) string {
	switch root {
	case "var":
		return "variable"
	case "local":
		return "local value"
	case "use":
		return "use block"
	}
	return root
}
