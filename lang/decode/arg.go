package decode

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// attribute checks one argument of a block and adds it to b.
func (d *decoder) attribute(attr *hcl.Attribute, at *parent, b *Block) {
	s := at.schema.Arg(attr.Name)
	if s == nil && at.schema.Free != nil {
		s = &schema.Arg{Name: attr.Name, Type: *at.schema.Free}
	}
	if s == nil {
		d.unknownArgument(attr, at, b)
		return
	}
	s = d.presentArg(s, at.schema.Arg, attr.NameRange)
	switch other := b.Args[s.Name]; {
	case s.Later != "":
		d.later(attr.NameRange, s.Name, s.Later)
		return
	case s.Static && !isLiteral(attr.Expr):
		d.errorf(diag.NotLiteral, attr.Expr.Range(), "Not a literal",
			"%q is read before anything is evaluated, so it takes a literal only: no reference, call or template.", s.Name)
		return
	case other != nil:
		d.both(attr.Name, attr.NameRange, other)
		return
	}
	a := &Arg{Name: s.Name, Expr: attr.Expr, Range: attr.Range, NameRange: attr.NameRange, Schema: s}
	if !s.Raw {
		d.value(a)
	}
	b.Args[a.Name] = a
	b.ArgOrder = append(b.ArgOrder, a.Name)
}

func (d *decoder) unknownArgument(attr *hcl.Attribute, at *parent, b *Block) {
	const summary = "Unknown argument"
	if nested := at.schema.Block(attr.Name); nested != nil {
		d.errorf(diag.UnknownArgument, attr.NameRange, summary,
			"%q is a block, not an argument. Write it without the equals sign: %s.", attr.Name, header(nested))
		at.mean(attr.Name)
		return
	}
	if at.top() {
		d.errorf(diag.UnknownArgument, attr.NameRange, summary,
			"Arguments stand in blocks only, and %q stands in none.", attr.Name)
		return
	}
	hint := at.suggest(attr.Name, append(unset(at.schema, b), at.schema.BlockNames()...))
	if hint == "" {
		hint = at.has()
	}
	d.errorf(diag.UnknownArgument, attr.NameRange, summary, "%s block has no argument %q.%s", article(at.schema.Name), attr.Name, hint)
}

func (d *decoder) unknownProperty(p property, at *parent) {
	if at.top() {
		d.module.Incomplete = true
		d.errorf(diag.UnknownBlock, p.rng, "Unknown block", "There is no block type %q.%s",
			p.name, at.suggest(p.name, at.schema.BlockNames()))
		return
	}
	hint := at.suggest(p.name, append(at.schema.ArgNames(), at.schema.BlockNames()...))
	if hint == "" {
		hint = at.has()
	}
	d.errorf(diag.UnknownArgument, p.rng, "Unknown argument", "%s block has no argument or block %q.%s",
		article(at.schema.Name), p.name, hint)
}

// unset returns the arguments that are not set yet, the only ones that a misspelt word can mean.
func unset(s *schema.Block, b *Block) []string {
	var names []string
	for _, name := range s.ArgNames() {
		if b == nil || b.Args[name] == nil {
			names = append(names, name)
		}
	}
	return names
}

// missing reports the required arguments that are not set.
func (d *decoder) missing(at *parent, b *Block) {
	for i := range at.schema.Args {
		s := &at.schema.Args[i]
		if s.Required && s.Later == "" && !s.Old() && b.Args[s.Name] == nil && !at.meant[s.Name] {
			d.errorf(diag.MissingArgument, b.Range, "Missing argument", "%s block needs the argument %q. %s",
				article(b.Type), s.Name, firstSentence(s.Doc))
		}
	}
}
