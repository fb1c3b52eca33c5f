package fix

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/schema"
)

// keys renames the keys of a value that is written out as an object.
func (f *fixer) keys(expr hclsyntax.Expression, t schema.Type) {
	switch e := expr.(type) {
	case *hclsyntax.ObjectConsExpr:
		f.object(e, t)
	case *hclsyntax.TupleConsExpr:
		if elem := element(t, schema.List); elem != nil {
			for _, el := range e.Exprs {
				f.keys(el, *elem)
			}
		}
	}
}

func (f *fixer) object(e *hclsyntax.ObjectConsExpr, t schema.Type) {
	keys := objectKeys(t)
	there := map[string]bool{}
	for _, item := range e.Items {
		there[hcl.ExprAsKeyword(item.KeyExpr)] = true
	}
	for _, item := range e.Items {
		name := hcl.ExprAsKeyword(item.KeyExpr)
		if elem := element(t, schema.Map); elem != nil {
			f.keys(item.ValueExpr, *elem)
		}
		for _, k := range keys {
			if k.Name != name {
				continue
			}
			if to := f.renamed(name, k.Growth, item.KeyExpr.Range(), there[k.RenamedTo]); to != "" {
				f.replace(item.KeyExpr.Range(), to)
			}
			f.keys(item.ValueExpr, k.Type)
		}
	}
}

// element is the type of the parts of a list or map, nil for other types.
func element(t schema.Type, shape schema.Shape) *schema.Type {
	if t.Shape == shape {
		return t.Elem
	}
	for _, alt := range t.Alts {
		if elem := element(alt, shape); elem != nil {
			return elem
		}
	}
	return nil
}

// objectKeys are those of an object type, or of the one among several.
func objectKeys(t schema.Type) []schema.Arg {
	keys := t.Keys
	for _, alt := range t.Alts {
		keys = append(keys, objectKeys(alt)...)
	}
	return keys
}

// expression renames what references read: the kinds of blocks, and their arguments. A name that the expression binds
// itself, as in a for, is none.
func (f *fixer) expression(expr hclsyntax.Expression) {
	for _, ref := range decode.References(expr) {
		kind := f.root.Block(ref.Root)
		if kind == nil {
			continue
		}
		if kind.Old() {
			rng := ref.Range
			rng.End.Byte = rng.Start.Byte + len(ref.Root)
			f.replace(rng, kind.RenamedTo)
		}
		at := 1 // KIND.NAME.ARGUMENT or KIND.NAME[KEY].ARGUMENT
		if len(ref.Steps) > at && ref.Steps[at].Index {
			at++
		}
		if len(ref.Steps) <= at {
			continue
		}
		step := ref.Steps[at]
		if arg := kind.Arg(step.Name); arg != nil && arg.Old() && step.Key == nil && !step.Index {
			rng := step.Range
			rng.Start.Byte = rng.End.Byte - len(step.Name) // without the dot
			f.replace(rng, arg.RenamedTo)
		}
	}
}
