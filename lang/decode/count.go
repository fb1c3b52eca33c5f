package decode

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// counts checks how often blocks stand in their parent, and that no two have one name.
func (d *decoder) counts(at *parent, blocks []*Block) {
	first := map[string]*Block{}
	number := map[string]int{}
	dynamic := map[string]bool{} // how many they make is known when they are evaluated
	for _, b := range blocks {
		number[b.Type]++
		if b.Type == schema.Dynamic {
			dynamic[b.Label] = true
		}
		id := b.Type
		if unique(b, at) {
			id = b.String()
		}
		f := first[id]
		if f == nil {
			first[id] = b
		}
		limit := b.Schema.Max
		switch {
		case f != nil && unique(b, at):
			d.errorf(diag.DuplicateBlock, b.Range, "Duplicate block",
				"%s is already declared at %s. Give one of them another %s, or remove it.", b, place(f.Range), b.Schema.Label)
		case limit > 0 && number[b.Type] == limit+1:
			d.errorf(diag.TooManyBlocks, b.Range, "Too many blocks",
				"%s takes %s; the first is at %s.", subject(at), times(limit, b.Type), place(firstOf(blocks, b.Type).Range))
		}
	}
	for i := range at.schema.Blocks {
		s := &at.schema.Blocks[i]
		if number[s.Name] < s.Min && !s.Old() && !dynamic[s.Name] && !at.meant[s.Name] && !(at.top() && d.module.Incomplete) {
			d.tooFew(at, s.Min, s.Name, header(s))
		}
	}
}

func (d *decoder) tooFew(at *parent, least int, name, form string) {
	var rng *hcl.Range
	if !at.top() {
		rng = &at.rng
	}
	d.add(diag.Errorf(diag.TooFewBlocks, rng, "Missing block",
		"%s needs at least %s. Write %s.", subject(at), times(least, name), form))
}

// unique reports whether a block's label may stand only once beside others. Labels that say what sort of thing a
// block is, such as those of gates, may be repeated.
func unique(b *Block, at *parent) bool {
	return UniqueLabel(b.Schema) || b.Schema.Label != "" && at.top()
}

// UniqueLabel tells whether no two nested blocks of a type may have one label.
func UniqueLabel(s *schema.Block) bool { return s.Label == "name" || s.Label == "path" }

// freeNames checks that no name stands in two of the blocks whose arguments share one scope, as those of
// locals do.
func (d *decoder) freeNames(blocks []*Block) {
	first := map[[2]string]*Arg{}
	for _, b := range blocks {
		if b.Schema.Free == nil || b.Schema.Label != "" {
			continue
		}
		for _, name := range b.ArgOrder {
			id := [2]string{b.Type, name}
			if f := first[id]; f != nil {
				d.errorf(diag.DuplicateKey, b.Args[name].NameRange, "Duplicate argument",
					"%q is already set in %s at %s.", name, b.Type, place(f.Range))
				continue
			}
			first[id] = b.Args[name]
		}
	}
}

func firstOf(blocks []*Block, typ string) *Block {
	for _, b := range blocks {
		if b.Type == typ {
			return b
		}
	}
	return nil
}
