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
	head := state.Recipe{Origin: r.in.Origin, Revision: r.in.Revision, Dir: r.in.Dir, Moved: r.moves.known}
	block := r.root.recipe
	if block != nil {
		head.Range = block.Range
	}
	head.Name = textOf(r.recipeName(head.Range))
	if block != nil {
		head.Engine = textOf(r.argument(r.root.single(block), "engine", block.Range))
	}
	return head
}

// recipeName gives the name of the recipe, which becomes part of the names of its objects. That there is none
// is reported here, so once; a check takes it for unknown.
func (r *resolver) recipeName(at hcl.Range) *node {
	block := r.root.recipe
	return r.node(nodeKey{in: r.root, part: whole}, "recipe.name", at, func(n *node) (cty.Value, bool) {
		v, ok := unset(), true
		if block != nil {
			v, ok = r.set(n, frame{in: r.root}, block, block.Schema.Arg("name"), false)
		}
		switch {
		case !ok || !v.IsKnown():
			return v, ok
		case !v.IsNull():
			return v, r.goodName(v.AsString())
		case !r.lenient:
			r.noName()
			return v, false
		}
		return cty.UnknownVal(cty.String), true
	})
}

func (r *resolver) goodName(name string) bool {
	ok := recipeNames().MatchString(name)
	if !ok {
		r.errorf(diag.InvalidName, r.root.recipe.Args["name"].Expr.Range(), "Invalid name",
			"%q cannot be the name of a recipe. A name has lower-case letters, digits and dashes between them, begins with a letter and has at most 40 of them.", short(name))
	}
	return ok
}

func (r *resolver) noName() {
	var rng *hcl.Range
	switch {
	case r.root.recipe != nil:
		rng = &r.root.recipe.Range
	case r.root.Incomplete:
		return
	}
	r.report(diag.Errorf(diag.MissingArgument, rng, "The recipe has no name",
		`A recipe needs a name before it can touch an engine. Write one: recipe { name = "shop" }.`))
}

// recipeNames is the rule for names: what every name on an engine and in a proxy may begin with.
func recipeNames() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z](-?[a-z0-9]){0,39}$`)
}

// textOf gives the text of a node's value, empty where there is none.
func textOf(n *node) string {
	if !n.ok || !n.value.IsKnown() || n.value.IsNull() {
		return ""
	}
	return n.value.AsString()
}
