package schema

// Dynamic is the type of the blocks that stand for any number of nested blocks of another type.
const Dynamic = "dynamic"

// dynamic describes the block before it is known what it makes.
func dynamic() Block {
	return Block{
		Name: Dynamic, Label: "type",
		Doc: "Nested blocks of the type that the label names, one for each element of a collection, in its order. They stand where the dynamic block does.",
		Args: []Arg{
			{Name: "for_each", Type: AnyValue(), Raw: true, Required: true, Change: PlanOnly, Doc: "The list, set or map to go through."},
			{Name: "iterator", Type: AnyValue(), Raw: true, Change: PlanOnly, Doc: "The name by which the content reads the element, as NAME.key and NAME.value. Without it, it is the type of the blocks."},
			{Name: "labels", Type: ListOf(Str()), Raw: true, Change: PlanOnly, Doc: "The label of each block, as a list of one, for types that have a label."},
		},
		Blocks: []Block{{Name: "content", Min: 1, Max: 1, Doc: "What each block holds."}},
	}
}

// DynamicOf describes a dynamic block that makes blocks of a type: its content is what such a block holds.
func DynamicOf(made *Block) Block {
	b := dynamic()
	content := *made
	content.Name, content.Label, content.Min, content.Max = b.Blocks[0].Name, "", 1, 1
	b.Condition, content.Condition = made.Condition, false // it is the dynamic block that is kept apart
	b.Blocks[0] = content
	for i := range b.Args {
		if a := &b.Args[i]; a.Name == "labels" {
			a.Required = made.Label != ""
		}
	}
	return b
}
