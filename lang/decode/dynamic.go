package decode

import (
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// dynamicOf finds what a dynamic block makes, and the schema that it has by that. It reports a type that may not stand
// there.
func (d *decoder) dynamicOf(raw rawBlock, at *parent) (made, s *schema.Block) {
	if len(raw.labels) == 0 {
		return nil, at.schema.Block(schema.Dynamic) // the label is reported
	}
	name := raw.labels[0]
	made = at.schema.Block(name)
	switch {
	case made == nil || made.Written || made.Name == schema.Dynamic:
		d.errorf(diag.UnknownBlock, raw.labelRanges[0], "Unknown block", "A dynamic block cannot make %q blocks here.%s", name,
			at.suggest(name, makeable(at.schema)))
		return nil, nil
	case made.Later != "":
		d.later(raw.labelRanges[0], made.Name, made.Later)
		return nil, nil
	}
	of := schema.DynamicOf(made)
	return made, &of
}

// makeable are the types that dynamic blocks can make.
func makeable(s *schema.Block) []string {
	var names []string
	for i := range s.Blocks {
		if b := &s.Blocks[i]; b.Later == "" && !b.Written && b.Name != schema.Dynamic {
			names = append(names, b.Name)
		}
	}
	return names
}

// standFor makes of a dynamic block's content what it stands for: a block of the type that is made.
func standFor(b *Block, made *schema.Block) {
	for _, inner := range b.Blocks {
		inner.Type, inner.Schema = made.Name, made
	}
}
