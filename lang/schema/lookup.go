package schema

// Arg returns the argument of a name, nil if the block has none.
func (b *Block) Arg(name string) *Arg { return argNamed(b.Args, name) }

// Block returns the nested block of a type, nil if the block has none.
func (b *Block) Block(name string) *Block { return Named(b.Blocks, name) }

// ArgNames returns the names of the arguments, in the order of the reference page.
func (b *Block) ArgNames() []string { return argNames(b.Args) }

// BlockNames returns the types of the nested blocks, in the order of the reference page.
func (b *Block) BlockNames() []string { return BlockNames(b.Blocks) }

// Key returns the key of an object type, nil if it has none of that name.
func (t *Type) Key(name string) *Arg { return argNamed(t.Keys, name) }

// KeyNames returns the keys of an object type.
func (t *Type) KeyNames() []string { return argNames(t.Keys) }

// Named returns the block of a type among several, nil if there is none.
func Named(blocks []Block, name string) *Block {
	for i := range blocks {
		if blocks[i].Name == name {
			return &blocks[i]
		}
	}
	return nil
}

// BlockNames returns the types of several blocks.
func BlockNames(blocks []Block) []string {
	names := make([]string, len(blocks))
	for i := range blocks {
		names[i] = blocks[i].Name
	}
	return names
}

func argNamed(args []Arg, name string) *Arg {
	for i := range args {
		if args[i].Name == name {
			return &args[i]
		}
	}
	return nil
}

func argNames(args []Arg) []string {
	names := make([]string, len(args))
	for i := range args {
		names[i] = args[i].Name
	}
	return names
}
