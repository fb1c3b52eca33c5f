package resolve

import (
	"runtime"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A console goes on after an evaluation that was broken off, so that one has to end in fact. The HCL library has no way
// to ask for that. What takes long there are fors; so a console puts a function of ours around what each of them
// computes, which ends the evaluation's goroutine where it stands. Functions of the language are bounded themselves.

// stopping is the name of that function. No recipe can call it.
const stopping = "(unless it was broken off)"

// breakGrace is how long an evaluation may take to end: that of the function that it is in.
const breakGrace = 5 * time.Second

// breakOff ends an evaluation where it can be ended, and gives back the reason.
func (r *resolver) breakOff(ended <-chan any, why *hcl.Diagnostic) *hcl.Diagnostic {
	if !r.stoppable {
		return why // the program is about to end
	}
	r.broken.Store(true)
	select {
	case <-ended:
	case <-time.After(breakGrace):
	}
	return why
}

// unlessBroken ends the goroutine of an evaluation that was broken off.
func (r *resolver) unlessBroken() {
	if r.broken.Load() {
		runtime.Goexit()
	}
}

// stopFunction gives its argument, as long as the evaluation was not broken off.
func (r *resolver) stopFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{openParameter("value")},
		Type: func(args []cty.Value) (cty.Type, error) {
			r.unlessBroken()
			return args[0].Type(), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
	})
}

// markFors puts that function around what fors compute, once.
func markFors(expr hcl.Expression) {
	node, ok := expr.(hclsyntax.Node)
	if !ok {
		return
	}
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		loop, ok := n.(*hclsyntax.ForExpr)
		if !ok {
			return nil
		}
		if call, ok := loop.ValExpr.(*hclsyntax.FunctionCallExpr); ok && call.Name == stopping {
			return nil
		}
		rng := loop.ValExpr.Range()
		loop.ValExpr = &hclsyntax.FunctionCallExpr{
			Name: stopping, Args: []hclsyntax.Expression{loop.ValExpr},
			NameRange: rng, OpenParenRange: rng, CloseParenRange: rng,
		}
		return nil
	})
}
