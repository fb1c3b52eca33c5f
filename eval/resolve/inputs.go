package resolve

import (
	"io/fs"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/lang/decode"
)

// Inputs is all that an evaluation may know beyond the module itself.
type Inputs struct {
	// FS is the module's directory, and Dir its absolute path: the value of path.module and path.root.
	FS  fs.FS
	Dir string
	// Origin and Revision become those of state.Recipe.
	Origin, Revision string
	// Env looks up an environment variable. The resolver itself reads none: RECIPE_VAR_ ones come in Vars.
	Env func(name string) (string, bool)
	// Vars are the values given for variables. Of several for one variable the last one counts, so they come in
	// the order RECIPE_VAR_name, *.auto.vars.hcl and .json by file name, --var-file, --var; see the functions of given.go.
	Vars []VarValue
	// Secrets fetches the value of a secret block. Where it is nil, secrets are unknown.
	Secrets func(SecretSource) (string, error)
	// Sensitive is told of each value that a variable or output declares to be sensitive, or a secret gives; nil where
	// nobody asks.
	Sensitive func(cty.Value)
	// Kinds are the block kinds by name.
	Kinds map[string]kind.Kind
	// Library gives what the evaluation of a library takes besides its blocks.
	Library func(*decode.Module) Library
	// Functions are what expressions may call, by name.
	Functions map[string]function.Function
}

// VarValue is a value given for a variable. It has either an expression, which reads nothing, or a text.
type VarValue struct {
	Name string
	// Source tells people where the value comes from: --var, RECIPE_VAR_release, prod.auto.vars.hcl.
	Source string
	Expr   hcl.Expression
	// Text is the string itself for a variable of type string, and otherwise read as an expression.
	Text string
	// Range is where the value stands, nil for one from the command line or the environment.
	Range *hcl.Range
	// Optional values are ignored where the recipe declares no such variable. Those of the environment are, since it is
	// shared by all that runs in it.
	Optional bool
}

// SecretSource says where the value of a secret comes from: exactly one of Env, File and Command is set.
type SecretSource struct {
	// Name is the secret block's label.
	Name    string
	Env     string
	File    string
	Command []string
}

type mark string

// Sensitive is the mark on values that must not be shown. It passes through functions and templates to
// whatever is computed from such a value.
const Sensitive mark = "sensitive"

// sensitive marks a value.
func (r *resolver) sensitive(v cty.Value) cty.Value {
	if r.in.Sensitive != nil {
		r.in.Sensitive(v)
	}
	return v.Mark(Sensitive)
}

// isSensitive tells whether a value or any part of it is sensitive.
func isSensitive(v cty.Value) bool { return v.HasMarkDeep(Sensitive) }
