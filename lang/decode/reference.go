package decode

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/lang/diag"
)

// Reference is one place in an expression that reads something declared elsewhere.
type Reference struct {
	// Root is the first word: var, local, each, self, path, recipe, use or a block kind.
	Root string
	// Path are the attribute names and index keys that follow, up to the first part that is computed or a splat.
	Path []string
	// Range is the whole reference.
	Range hcl.Range
	// Steps are all that follows the root: those of Path, and after them those that have a key to be computed or
	// come after one.
	Steps []Step
	// Attrs are the names of attributes that the expression may read of what the reference leads to in a way that
	// its path does not tell: through a splat, the variable of a for, or a key that only a for knows.
	Attrs []string

	root   hcl.Range
	before string // what is written before the root, in a part of a reference
}

// Step is one part of a reference: .NAME or [KEY].
type Step struct {
	// Name is the attribute or key, of use when Key is nil.
	Name string
	// Key is the expression of a computed key.
	Key   hclsyntax.Expression
	Index bool // written in brackets
	Range hcl.Range
}

// References returns what an expression reads, what stands in keys before what they are keys of. Names that the
// expression binds itself, as in a for, are not among them.
func References(expr hcl.Expression) []Reference {
	if expr == nil {
		return nil
	}
	native, ok := Native(expr).(hclsyntax.Node)
	if !ok {
		var refs []Reference
		for _, t := range expr.Variables() {
			refs = append(refs, ReferenceOf(t))
		}
		return refs
	}
	f := &finder{inner: map[hclsyntax.Node]bool{}}
	hclsyntax.Walk(native, f)
	for i := range f.refs {
		f.refs[i].Attrs = f.attrs
	}
	return f.refs
}

// ReferenceOf makes a Reference of an absolute traversal.
func ReferenceOf(t hcl.Traversal) Reference {
	return newReference(t.RootName(), t[0].SourceRange(), t.SourceRange(), stepsOf(t[1:]))
}

func newReference(root string, rootRange, rng hcl.Range, steps []Step) Reference {
	ref := Reference{Root: root, root: rootRange, Range: rng, Steps: steps}
	for _, s := range steps {
		if s.Key != nil {
			break
		}
		ref.Path = append(ref.Path, s.Name)
	}
	return ref
}

func stepsOf(t hcl.Traversal) []Step {
	var steps []Step
	for _, part := range t {
		switch p := part.(type) {
		case hcl.TraverseAttr:
			steps = append(steps, Step{Name: p.Name, Range: p.SrcRange})
		case hcl.TraverseIndex:
			key, err := convert.Convert(p.Key, cty.String)
			if err != nil || !key.IsKnown() || key.IsNull() {
				return steps
			}
			steps = append(steps, Step{Name: key.AsString(), Index: true, Range: p.SrcRange})
		default:
			return steps
		}
	}
	return steps
}

// With returns the reference with its path made longer by the next step, whose computed key is known by now.
func (r Reference) With(key string) Reference {
	r.Steps = slices.Clone(r.Steps)
	r.Steps[len(r.Path)].Name, r.Steps[len(r.Path)].Key = key, nil
	made := newReference(r.Root, r.root, r.Range, r.Steps)
	made.Attrs, made.before = r.Attrs, r.before
	return made
}

// Traversal is the reference's path in the form that the HCL library evaluates.
func (r Reference) Traversal() hcl.Traversal {
	t := hcl.Traversal{hcl.TraverseRoot{Name: r.Root, SrcRange: r.root}}
	for _, s := range r.Steps[:len(r.Path)] {
		if s.Index {
			t = append(t, hcl.TraverseIndex{Key: cty.StringVal(s.Name), SrcRange: s.Range})
		} else {
			t = append(t, hcl.TraverseAttr{Name: s.Name, SrcRange: s.Range})
		}
	}
	return t
}

// Next is the first step that is not part of the path, nil where the path is all.
func (r Reference) Next() *Step {
	if len(r.Path) == len(r.Steps) {
		return nil
	}
	return &r.Steps[len(r.Path)]
}

// From returns the reference without the first n words of its path, as if the next one were the root.
func (r Reference) From(n int) Reference {
	made := newReference(r.Path[n-1], r.Steps[n-1].Range, r.Range, r.Steps[n:])
	made.Attrs, made.before = r.Attrs, r.UpTo(n-1)+"."
	return made
}

// String returns the reference's static part as it is written, such as service.web.
func (r Reference) String() string { return r.UpTo(len(r.Path)) }

// UpTo is the root and the first n words of the path, as they are written.
func (r Reference) UpTo(n int) string {
	s := r.before + r.Root
	for i, p := range r.Path[:n] {
		if r.Steps[i].Index {
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
	rng := r.root
	if depth == 0 {
		return diag.Errorf(diag.UnknownReference, &rng, "Unknown reference",
			"There is nothing named %q to refer to.%s", r.Root, diag.DidYouMean(r.Root, candidates))
	}
	word := r.Path[depth-1]
	rng = r.Steps[depth-1].Range
	if depth == 1 && r.Root != "self" {
		return diag.Errorf(diag.UnknownReference, &rng, "Unknown reference",
			"No %s is named %q.%s", r.before+nounOf(r.Root), word, diag.DidYouMean(word, candidates))
	}
	return diag.Errorf(diag.UnknownReference, &rng, "Unknown reference",
		"%s has no attribute %q.%s", r.UpTo(depth-1), word, diag.DidYouMean(word, candidates))
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
