package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/graph"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// readFunction reads a function block. What it cannot make out is among the problems, or was reported in decoding.
func readFunction(m *module, b *decode.Block) *userFunction {
	f := &userFunction{in: m, b: b}
	if a := b.Args["params"]; a != nil {
		list, diags := hcl.ExprList(a.Expr)
		if diags.HasErrors() {
			f.wrong(diag.WrongType, a.Expr.Range(), "Wrong type",
				"\"params\" takes a list of names that are written out, as in params = [host, path].")
		}
		for _, expr := range list {
			f.params = append(f.params, f.param(expr))
		}
	}
	if a := b.Args["variadic_param"]; a != nil {
		f.variadic = f.param(a.Expr)
	}
	if a := b.Args["result"]; a != nil {
		f.result = a.Expr
	}
	return f
}

func (f *userFunction) wrong(code diag.Code, at hcl.Range, summary, format string, args ...any) {
	f.problems = append(f.problems, diag.Errorf(code, &at, summary, format, args...))
}

// param reads the name of a parameter.
func (f *userFunction) param(expr hcl.Expression) string {
	name := hcl.ExprAsKeyword(expr)
	switch {
	case name == "":
		f.wrong(diag.InvalidName, expr.Range(), "Invalid name",
			"A parameter is a name that is written out, without quotes and with nothing else, such as host.")
	case slices.Contains(f.params, name):
		f.wrong(diag.DuplicateKey, expr.Range(), "Duplicate parameter",
			"The function %q already has a parameter %q. Give one of them another name.", f.b.Label, name)
	}
	return name
}

// judgeFunctions looks at all functions without calling them.
func (r *resolver) judgeFunctions(m *module) {
	calls := map[string]map[string]hcl.Range{}
	for _, f := range m.funcs.order {
		if f.result == nil {
			continue
		}
		calls[f.b.Label] = called(f.result)
		f.judgeReads()
		for _, name := range slices.Sorted(maps.Keys(calls[f.b.Label])) {
			if _, ok := m.funcs.callable[name]; !ok && !m.Lost[name] && !m.Incomplete {
				f.wrong(diag.UnknownFunction, calls[f.b.Label][name], "Call to unknown function",
					"There is no function named %q.%s", name, diag.DidYouMean(name, slices.Sorted(maps.Keys(m.funcs.callable))))
			}
		}
	}
	r.callCircles(m, calls)
}

// judgeReads finds what the body reads and cannot see.
func (f *userFunction) judgeReads() {
	names := f.params
	if f.variadic != "" {
		names = append(slices.Clone(names), f.variadic)
	}
	for _, ref := range decode.References(f.result) {
		if !slices.Contains(names, ref.Root) {
			f.wrong(diag.UnknownReference, ref.Range, "Unknown reference",
				"A function sees its parameters only, and %q has none named %q.%s Anything else that it needs is handed to it as an argument.",
				f.b.Label, ref.Root, diag.DidYouMean(ref.Root, names))
		}
	}
}

// callCircles reports functions that call themselves, directly or by way of others.
func (r *resolver) callCircles(m *module, calls map[string]map[string]hcl.Range) {
	var g graph.Graph[string]
	for _, f := range m.funcs.order {
		g.AddNode(f.b.Label)
		for _, name := range slices.Sorted(maps.Keys(calls[f.b.Label])) {
			if m.funcs.own[name] != nil {
				g.AddEdge(f.b.Label, name)
			}
		}
	}
	for _, path := range g.Cycles() {
		var text strings.Builder
		for i, name := range path[:len(path)-1] {
			fmt.Fprintf(&text, "\n  %s calls %s at %s", name, path[i+1], place(calls[name][path[i+1]]))
		}
		at := calls[path[0]][path[1]]
		d := diag.Errorf(diag.ReferenceCycle, &at, "Circle of functions",
			"A function cannot call itself, as it would never end:%s\nRemove one of the calls.", text.String())
		for _, name := range path[:len(path)-1] {
			m.funcs.own[name].problems = append(m.funcs.own[name].problems, d)
		}
	}
}

// checkFunctions reports what is wrong with the functions, called or not.
func (r *resolver) checkFunctions(m *module) {
	for _, f := range m.funcs.order {
		r.report(f.problems...)
		if _, ok := m.funcs.given[f.b.Label]; ok {
			r.report(diag.Warningf(diag.NameConflict, &f.b.Range, "Name conflict",
				"The language has a function %q too, which this recipe cannot call: its own comes first. Give it another name if that is not meant.", f.b.Label))
		}
	}
}
