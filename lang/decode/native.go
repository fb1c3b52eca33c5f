package decode

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// Instances is the name of the function that stands between a splat and what it goes through. No recipe can call
// it. The library's splat takes an object for one thing, and the instances of a block are an object, by key; so
// whoever evaluates gives this function: a list of all instances for such an object, and its argument for others.
const Instances = "(all instances of a block)"

// Native gives an expression of a JSON file the form that it has in native syntax, so that all that looks into
// expressions needs to know one form. Strings are parsed as templates. An expression that cannot be converted is
// returned as it is: evaluating it tells what is wrong with it.
func Native(expr hcl.Expression) hcl.Expression {
	if !json.IsJSONExpression(expr) {
		return expr
	}
	if made := native(expr); made != nil {
		markSplats(made)
		return made
	}
	return expr
}

func native(expr hcl.Expression) hclsyntax.Expression {
	rng := expr.Range()
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		object := &hclsyntax.ObjectConsExpr{SrcRange: rng, OpenRange: expr.StartRange()}
		for _, p := range pairs {
			key, value := native(p.Key), native(p.Value)
			if key == nil || value == nil {
				return nil
			}
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: value})
		}
		return object
	}
	if elems, diags := hcl.ExprList(expr); !diags.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: rng, OpenRange: expr.StartRange()}
		for _, e := range elems {
			made := native(e)
			if made == nil {
				return nil
			}
			tuple.Exprs = append(tuple.Exprs, made)
		}
		return tuple
	}
	v, diags := expr.Value(nil) // without a context strings are taken as they are
	if diags.HasErrors() {
		return nil
	}
	if v.Type() != cty.String || v.IsNull() {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}
	}
	start := rng.Start
	start.Byte, start.Column = start.Byte+1, start.Column+1 // behind the quotation mark
	made, diags := hclsyntax.ParseTemplate([]byte(v.AsString()), rng.Filename, start)
	if diags.HasErrors() {
		return nil
	}
	return made
}

// markSplats puts the function Instances in front of all that splats go through, once.
func markSplats(node hclsyntax.Node) {
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		splat, ok := n.(*hclsyntax.SplatExpr)
		if !ok {
			return nil
		}
		if call, ok := splat.Source.(*hclsyntax.FunctionCallExpr); ok && call.Name == Instances {
			return nil
		}
		rng := splat.Source.Range()
		splat.Source = &hclsyntax.FunctionCallExpr{
			Name: Instances, Args: []hclsyntax.Expression{splat.Source},
			NameRange: rng, OpenParenRange: rng, CloseParenRange: rng,
		}
		return nil
	})
}
