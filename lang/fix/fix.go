// Package fix rewrites words of the language that others took the place of.
//
// It goes through a file's blocks by the schemas, as decoding does, but evaluates nothing and changes nothing besides
// the words: types of blocks, names of arguments, keys of values that are written out, and the references that read
// any of them. What a word was renamed to means the same, so a file says after it what it said before.
package fix

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// Left is a word that is no longer advised, and that only a person can replace.
type Left struct {
	Word  string
	Range hcl.Range
	// Why says, in a full sentence, what to write instead, or why the word stays.
	Why string
}

// Words rewrites a file in native syntax by the schemas of the top-level blocks. It returns the new source, which is src
// itself where there is nothing to do, and what is left. A file that does not parse is an error.
func Words(src []byte, name string, top []schema.Block) ([]byte, []Left, hcl.Diagnostics) {
	file, diags := syntax.Parse(src, name)
	if diags.HasErrors() {
		return nil, nil, diags
	}
	body, ok := file.HCL.Body.(*hclsyntax.Body)
	if !ok {
		return src, nil, nil
	}
	f := &fixer{src: file.HCL.Bytes}
	root := &schema.Block{Blocks: make([]schema.Block, len(top))}
	for i, b := range top {
		root.Blocks[i] = schema.Complete(b)
	}
	f.root = root
	f.body(body, root)
	if len(f.edits) == 0 {
		return src, f.left, nil
	}
	return f.applied(), f.left, nil
}

type fixer struct {
	src   []byte
	root  *schema.Block
	edits []edit
	left  []Left
}

// edit puts a word in the place of another.
type edit struct {
	start, end int
	word       string
}

func (f *fixer) replace(rng hcl.Range, word string) {
	f.edits = append(f.edits, edit{rng.Start.Byte, rng.End.Byte, word})
}

func (f *fixer) applied() []byte {
	slices.SortStableFunc(f.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var out bytes.Buffer
	last := 0
	for _, e := range f.edits {
		if e.start < last {
			continue // a word may be reached on two ways
		}
		out.Write(f.src[last:e.start])
		out.WriteString(e.word)
		last = e.end
	}
	out.Write(f.src[last:])
	return out.Bytes()
}

// renamed deals with a word: it gives the one to write instead, empty where it stays.
func (f *fixer) renamed(word string, g schema.Growth, rng hcl.Range, taken bool) string {
	switch {
	case g.RenamedTo != "" && taken:
		f.left = append(f.left, Left{word, rng, "It was renamed to " + g.RenamedTo + ", which is set as well. Remove one of them."})
	case g.RenamedTo != "":
		return g.RenamedTo
	case g.Deprecated != "":
		f.left = append(f.left, Left{word, rng, g.Deprecated})
	}
	return ""
}

func (f *fixer) body(body *hclsyntax.Body, s *schema.Block) {
	for _, a := range sorted(body.Attributes) {
		f.expression(a.Expr)
		arg := s.Arg(a.Name)
		if arg == nil {
			continue
		}
		_, taken := body.Attributes[arg.RenamedTo]
		if to := f.renamed(a.Name, arg.Growth, a.NameRange, taken); to != "" {
			f.replace(a.NameRange, to)
		}
		f.keys(a.Expr, arg.Type)
	}
	for _, b := range body.Blocks {
		f.block(b, s)
	}
}

func (f *fixer) block(b *hclsyntax.Block, s *schema.Block) {
	if b.Type == schema.Dynamic && len(b.Labels) == 1 {
		f.dynamic(b, s)
		return
	}
	inner := s.Block(b.Type)
	if inner == nil {
		inner = &schema.Block{} // for the references in it
	} else if to := f.renamed(b.Type, inner.Growth, b.TypeRange, false); to != "" {
		f.replace(b.TypeRange, to)
	}
	f.body(b.Body, inner)
}

// dynamic deals with a block that makes others. Its iterator has the name of their type, unless it says otherwise.
func (f *fixer) dynamic(b *hclsyntax.Block, s *schema.Block) {
	inner := s.Block(b.Labels[0])
	if inner == nil {
		inner = &schema.Block{}
	} else if to := f.renamed(inner.Name, inner.Growth, b.LabelRanges[0], false); to != "" {
		f.replace(b.LabelRanges[0], `"`+to+`"`)
		if b.Body.Attributes["iterator"] == nil {
			f.roots(b.Body, inner.Name, to)
		}
	}
	for _, a := range sorted(b.Body.Attributes) {
		f.expression(a.Expr)
	}
	for _, content := range b.Body.Blocks {
		f.body(content.Body, inner)
	}
}

// roots renames what the references in a body begin with.
func (f *fixer) roots(body *hclsyntax.Body, from, to string) {
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		if e, ok := n.(*hclsyntax.ScopeTraversalExpr); ok && e.Traversal.RootName() == from {
			f.replace(e.Traversal[0].SourceRange(), to)
		}
		return nil
	})
}

// sorted are a body's arguments in the order of the source.
func sorted(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	var out []*hclsyntax.Attribute
	for _, a := range attributes {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return out
}
