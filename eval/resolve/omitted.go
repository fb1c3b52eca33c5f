package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// nothing stands for nested blocks that there are none of.
var nothing = &node{done: true, value: unset(), ok: true}

// omitted gives an argument, or a key of an object, that is not set: its default, one value for all blocks, since most
// arguments of most blocks are not set.
func (r *resolver) omitted(a *schema.Arg, at hcl.Range) *node {
	n := r.defaults[a]
	if n == nil {
		n = &node{text: a.Name, at: at, done: true}
		n.value, n.ok = r.defaultOf(a, at)
		r.defaults[a] = n
	}
	return n
}

func (r *resolver) defaultOf(a *schema.Arg, at hcl.Range) (cty.Value, bool) {
	if a.Default == "" {
		return unset(), true
	}
	expr, diags := hclsyntax.ParseExpression([]byte(a.Default), "default", hcl.InitialPos)
	if !diags.HasErrors() {
		var v cty.Value
		if v, diags = expr.Value(nil); !diags.HasErrors() {
			c := &converter{r: r}
			v, ok := c.convert(v, a.Type, site{rng: at, word: a.Name})
			r.report(c.diags...)
			return v, ok
		}
	}
	r.errorf(diag.Internal, at, "Internal error", "The default of %q cannot be read. Please report it.", a.Name)
	return unset(), false
}
