package schema

// Stating returns a block that states what must be true, and what to say where it is not.
func Stating(name, doc string) Block {
	return Block{
		Name: name, Doc: doc, Condition: true,
		Args: []Arg{
			{Name: "condition", Type: Boolean(), Raw: true, Required: true, Change: PlanOnly, Doc: "What must be true."},
			{Name: "error", Type: Str(), Raw: true, Required: true, Change: PlanOnly, Doc: "What to say when it is not, in a full sentence. It may read what the condition may."},
		},
	}
}

// conditions are what every resource may state of itself.
func conditions() []Block {
	return []Block{
		Stating("precondition", "States what must be true before the block's objects can be planned. Where it is not, there is no plan."),
		Stating("postcondition", "States what must be true of the block as it was evaluated; it may read the block's own attributes as self.NAME. Where it is not, there is no plan."),
	}
}
