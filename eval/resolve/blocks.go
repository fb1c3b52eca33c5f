package resolve

import "github.com/deployrecipe/recipe/lang/schema"

// Blocks describes the blocks that stand for no object and belong to the language itself.
func Blocks() []schema.Block {
	return []schema.Block{recipeBlock(), variableBlock(), localsBlock(), outputBlock(), functionBlock(), checkBlock(), movedBlock(), useBlock()}
}

func recipeBlock() schema.Block {
	return schema.Block{
		Name: "recipe", Max: 1,
		Doc: "Names the recipe and says what it may run against.",
		Args: []schema.Arg{
			{Name: "name", Type: schema.Str(), Doc: "The recipe's name, with which the names of all its objects begin. It may use variables and local values; an engine is touched only when it is set."},
			{Name: "requires", Type: schema.Str(), Static: true, Change: schema.PlanOnly, Doc: "The versions of the tool that the recipe works with, such as \">= 0.1\". It is checked before anything else is decoded."},
			{Name: "version", Type: schema.Str(), Static: true, Change: schema.PlanOnly, Doc: "The version of a recipe that others use as a library, such as \"1.2.0\". It is held against the version that a use block asks for."},
			{Name: "engine", Type: schema.Str(), Change: schema.PlanOnly, Doc: "The address of the only engine that the recipe may run against."},
		},
	}
}

func variableBlock() schema.Block {
	validation := schema.Stating("validation", "States what must be true of the value. It may read this variable and others, and call functions.")
	validation.Written = true
	return schema.Block{
		Name: "variable", Label: "name",
		Doc: "Declares a value that is given from outside. Expressions read it as var.NAME. A later source outdoes an earlier one: the default, RECIPE_VAR_NAME, *.auto.vars.hcl and *.auto.vars.json in the order of their names, --var-file in the order given, --var.",
		Args: []schema.Arg{
			{Name: "type", Type: schema.AnyValue(), Raw: true, Doc: "The type constraint that values are converted to, such as string, list(string) or object({ port = optional(number, 80) }). Without it, any value is taken."},
			{Name: "description", Type: schema.Str(), Static: true, Doc: "What the variable is for."},
			{Name: "default", Type: schema.AnyValue(), Static: true, Raw: true, Doc: "The value when none is given. A variable without a default must be given one."},
			{Name: "sensitive", Type: schema.Boolean(), Static: true, Default: "false", Doc: "Keeps the value, and whatever is computed from it, out of everything that is shown."},
			{Name: "nullable", Type: schema.Boolean(), Static: true, Default: "true", Doc: "Whether the value may be null. Where it may not, a null that is given means the default."},
		},
		Blocks: []schema.Block{validation},
	}
}

func localsBlock() schema.Block {
	anything := schema.AnyValue()
	return schema.Block{
		Name: "locals", Free: &anything,
		Doc: "Names values. Expressions read them as local.NAME.",
	}
}

func outputBlock() schema.Block {
	return schema.Block{
		Name: "output", Label: "name",
		Doc: "A value that the recipe shows after an apply, and offers to recipes that use it.",
		Args: []schema.Arg{
			{Name: "value", Type: schema.AnyValue(), Required: true, Raw: true, Secret: true, Change: schema.PlanOnly, Doc: "The value."},
			{Name: "description", Type: schema.Str(), Static: true, Change: schema.PlanOnly, Doc: "What the value is."},
			{Name: "sensitive", Type: schema.Boolean(), Static: true, Default: "false", Change: schema.PlanOnly, Doc: "Withholds the value where outputs are shown. An output of a sensitive value must say so."},
		},
	}
}
