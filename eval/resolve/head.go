package resolve

import (
	"regexp"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// head gives the recipe as the recipe block describes it. Its name is empty where it has none, or one that is
// wrong or unknown.
func (r *resolver) head() state.Recipe {
	head := state.Recipe{Origin: r.in.Origin, Revision: r.in.Revision, Dir: r.in.Dir}
	if r.recipe != nil {
		head.Range = r.recipe.Range
		head.Name = textOf(r.recipeName(r.recipe.Range))
		head.Engine = textOf(r.argument(r.recipe, "engine", r.recipe.Range))
	}
	return head
}

// recipeName gives the name of the recipe, which becomes part of the names of its objects, and null where the
// recipe block does not set it. Without a recipe block it is an error to read it.
func (r *resolver) recipeName(at hcl.Range) *node {
	return r.node(nodeKey{block: r.recipe, part: whole}, "recipe.name", at, func(*node) (cty.Value, bool) {
		if r.recipe == nil {
			if r.lenient {
				return cty.UnknownVal(cty.String), true
			}
			r.report(noName(&at))
			return cty.DynamicVal, false
		}
		n := r.argument(r.recipe, "name", at)
		name := textOf(n)
		if !n.ok || name == "" && !isEmpty(n.value) || recipeNames().MatchString(name) {
			return n.value, n.ok
		}
		r.errorf(diag.InvalidName, r.recipe.Args["name"].Expr.Range(), "Invalid name",
			"%q cannot be the name of a recipe. A name has lower-case letters, digits and dashes between them, begins with a letter and has at most 40 of them.", short(name))
		return cty.DynamicVal, false
	})
}

// recipeNames is the rule for names: what every name on an engine and in a proxy may begin with.
func recipeNames() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z](-?[a-z0-9]){0,39}$`)
}

func isEmpty(v cty.Value) bool {
	return v.IsKnown() && !v.IsNull() && v.Type() == cty.String && v.AsString() == ""
}

// textOf gives the text of a node's value, empty where there is none.
func textOf(n *node) string {
	if !n.ok || !n.value.IsKnown() || n.value.IsNull() {
		return ""
	}
	return n.value.AsString()
}

// requireName reports a recipe without a name, unless something is wrong with the name itself.
func (r *resolver) requireName(head state.Recipe) {
	switch {
	case head.Name != "":
	case r.recipe == nil:
		if !r.m.Incomplete {
			r.report(noName(nil))
		}
	case r.recipeName(r.recipe.Range).ok:
		rng := r.recipe.Range
		r.report(noName(&rng))
	}
}

func noName(rng *hcl.Range) *hcl.Diagnostic {
	return diag.Errorf(diag.MissingArgument, rng, "The recipe has no name",
		`A recipe needs a name before it can touch an engine. Write one: recipe { name = "shop" }.`)
}
