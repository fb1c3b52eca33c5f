package decode

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// A word that was renamed means what the one means that took its place. So it becomes that one as it is read, and nothing
// that comes after knows of it but the ranges, and references: those that read the old word follow as they are evaluated.

// OldWord warns of a word that was renamed or is no longer advised, nil for any other.
func OldWord(word string, g schema.Growth, rng hcl.Range) *hcl.Diagnostic {
	switch {
	case g.RenamedTo != "":
		return diag.Warningf(diag.OldWord, &rng, "Word renamed",
			"%q is called %q now, and means the same. \"recipe fmt --fix\" rewrites it.", word, g.RenamedTo)
	case g.Deprecated != "":
		return diag.Warningf(diag.OldWord, &rng, "No longer advised", "%q is no longer advised. %s", word, g.Deprecated)
	}
	return nil
}

func (d *decoder) oldWord(word string, g schema.Growth, rng hcl.Range) {
	if w := OldWord(word, g, rng); w != nil {
		d.add(w)
	}
}

// presentArg is the argument that a word means.
func (d *decoder) presentArg(s *schema.Arg, find func(string) *schema.Arg, rng hcl.Range) *schema.Arg {
	d.oldWord(s.Name, s.Growth, rng)
	if to := find(s.RenamedTo); s.Old() && to != nil {
		return to
	}
	return s
}

// both reports an argument or key that is set under its old name and its new one.
func (d *decoder) both(word string, rng hcl.Range, other *Arg) {
	d.errorf(diag.DuplicateKey, rng, "Set under two names",
		"%q and the word at %s are two names of one thing. Remove one of them.", word, place(other.NameRange))
}

// presentBlock gives a block the type that its own means now, and so a dynamic one what it makes.
func (d *decoder) presentBlock(raw *rawBlock, at *parent) {
	if s := at.schema.Block(raw.typ); s != nil {
		d.oldWord(raw.typ, s.Growth, raw.typeRange)
		if s.Old() {
			raw.typ = s.RenamedTo
		}
	}
	if raw.typ != schema.Dynamic || len(raw.labels) == 0 {
		return
	}
	if s := at.schema.Block(raw.labels[0]); s != nil {
		d.oldWord(raw.labels[0], s.Growth, raw.labelRanges[0])
		if s.Old() {
			raw.iterator = raw.labels[0]
			raw.labels = slices.Clone(raw.labels)
			raw.labels[0] = s.RenamedTo
		}
	}
}

// renamedTypes are the old types of top-level blocks, which references begin with, and the present ones.
func renamedTypes(top []schema.Block) map[string]string {
	var all map[string]string
	for i := range top {
		if top[i].Old() {
			if all == nil {
				all = map[string]string{}
			}
			all[top[i].Name] = top[i].RenamedTo
		}
	}
	return all
}
