package fix

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

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
	for _, t := range expr.Variables() {
		kind := f.root.Block(t.RootName())
		if kind == nil {
			continue
		}
		if kind.RenamedTo != "" {
			f.replace(t[0].SourceRange(), kind.RenamedTo)
		}
		at := 2 // KIND.NAME.ARGUMENT or KIND.NAME[KEY].ARGUMENT
		if len(t) > at {
			if _, keyed := t[at].(hcl.TraverseIndex); keyed {
				at++
			}
		}
		if len(t) <= at {
			continue
		}
		if step, ok := t[at].(hcl.TraverseAttr); ok {
			if arg := kind.Arg(step.Name); arg != nil && arg.RenamedTo != "" {
				rng := step.SrcRange
				rng.Start.Byte = rng.End.Byte - len(step.Name) // without the dot
				f.replace(rng, arg.RenamedTo)
			}
		}
	}
}
