package schema

// Complete returns a block with what every block of its sort takes besides its own words, and so do the blocks
// in it: resources take depends_on, for_each, enabled and conditions; whatever holds blocks takes dynamic ones. A word that the block describes itself stays as it is there.
func Complete(b Block) Block {
	blocks := make([]Block, 0, len(b.Blocks)+3)
	for _, nested := range b.Blocks {
		blocks = append(blocks, Complete(nested))
	}
	args := append(make([]Arg, 0, len(b.Args)+3), b.Args...)
	if b.Resource {
		for _, a := range universalArgs() {
			if b.Arg(a.Name) == nil {
				args = append(args, a)
			}
		}
		for _, u := range conditions() {
			if b.Block(u.Name) == nil {
				blocks = append(blocks, u)
			}
		}
	}
	if len(b.Blocks) > 0 && b.Block(Dynamic) == nil {
		blocks = append(blocks, dynamic())
	}
	b.Args, b.Blocks = args, blocks
	return b
}

func universalArgs() []Arg {
	return []Arg{
		{
			Name: "depends_on", Type: ListOf(RefTo()), Change: PlanOnly,
			Doc: "What must be in place before this block's objects change, besides what its arguments refer to.",
		},
		{
			Name: "for_each", Type: AnyValue(), Change: PlanOnly,
			Doc: "A map or set of strings; the block stands for one object per element, which its expressions read as each.key and each.value.",
		},
		{
			Name: "enabled", Type: Boolean(), Default: "true", Change: PlanOnly,
			Doc: "Whether the block stands for an object at all. One that is switched off drops out of lists, and nothing of it can be read.",
		},
	}
}
