package decode

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// parent is the block whose body is being decoded; the top level is one without a type.
type parent struct {
	schema *schema.Block
	// text names the block in sentences: service "web".
	text string
	// rng is the header.
	rng hcl.Range
	// meant are the words that a misspelt one was taken for: that they are missing follows from the first error
	// and is not reported.
	meant map[string]bool
	// told says that what may stand in it has been told.
	told bool
}

func (p *parent) top() bool { return p.text == "" }

// suggest returns did-you-mean as a sentence, and remembers the answer.
func (p *parent) suggest(word string, candidates []string) string {
	s := diag.Suggest(word, candidates)
	if s == "" {
		return ""
	}
	p.mean(s)
	return fmt.Sprintf(" Did you mean %q?", s)
}

// mean notes that a word was meant and not found in its place.
func (p *parent) mean(word string) {
	if p.meant == nil {
		p.meant = map[string]bool{}
	}
	p.meant[word] = true
}

// body decodes what stands in a block's braces: arguments into b, nil at the top level, and the blocks returned.
func (d *decoder) body(body hcl.Body, at *parent, b *Block) []*Block {
	c := d.read(body, at.schema)
	for _, attr := range c.attrs {
		d.attribute(attr, at, b)
	}
	for _, p := range c.unknown {
		d.unknownProperty(p, at)
	}
	for i := range c.blocks {
		d.presentBlock(&c.blocks[i], at)
	}
	if at.schema.Ordered {
		d.checkOrder(c.blocks, body, at)
	}
	d.checkSequence(c.blocks, at)
	var blocks []*Block
	for _, raw := range d.ungrouped(c.blocks, at) {
		if nested := d.block(raw, at); nested != nil {
			blocks = append(blocks, nested)
		}
	}
	return blocks
}

// block decodes one block. It returns nil for one that cannot be part of the module, in which case references to
// what it declares must not be reported.
func (d *decoder) block(raw rawBlock, at *parent) *Block {
	s := at.schema.Block(raw.typ)
	if s == nil {
		d.lose(raw)
		d.unknownBlock(raw, at)
		return nil
	}
	if s.Later != "" {
		d.lose(raw)
		d.later(raw.header(), s.Name, s.Later)
		return nil
	}
	var made *schema.Block
	if s.Name == schema.Dynamic {
		if made, s = d.dynamicOf(raw, at); s == nil {
			d.lose(raw)
			return nil
		}
	}
	label, labelled := d.label(raw, s)
	b := &Block{
		Type: s.Name, Label: label, Schema: s, Args: map[string]*Arg{}, Body: raw.body, Iterator: raw.iterator,
		Range: raw.header(), LabelRange: raw.header(),
	}
	if len(raw.labelRanges) > 0 {
		b.LabelRange = raw.labelRanges[0]
	}
	inner := &parent{schema: s, text: b.String(), rng: b.Range}
	all := d.body(raw.body, inner, b)
	d.counts(inner, all)
	for _, nested := range all {
		if nested.Schema.Condition {
			b.Conditions = append(b.Conditions, nested)
		} else {
			b.Blocks = append(b.Blocks, nested)
		}
	}
	d.missing(inner, b)
	if made != nil {
		standFor(b, made)
	}
	if !labelled {
		d.lose(raw)
		return nil
	}
	return b
}

// lose notes a block that cannot be part of the module. One without a label may have declared anything.
func (d *decoder) lose(raw rawBlock) {
	if len(raw.labels) == 0 {
		d.module.Incomplete = true
		return
	}
	if d.module.Lost == nil {
		d.module.Lost = map[string]bool{}
	}
	for _, label := range raw.labels {
		d.module.Lost[label] = true
	}
}

// String names the block as its header does.
func (b *Block) String() string {
	if b.Label == "" {
		return b.Type
	}
	return fmt.Sprintf("%s %q", b.Type, b.Label)
}

func (d *decoder) unknownBlock(raw rawBlock, at *parent) {
	const summary = "Unknown block"
	if arg := at.schema.Arg(raw.typ); arg != nil {
		d.errorf(diag.UnknownBlock, raw.typeRange, summary, "%q is an argument of %s, not a block. Write it with an equals sign: %s",
			raw.typ, at.text, assignment(arg))
		at.mean(raw.typ)
		return
	}
	hint := at.suggest(raw.typ, at.schema.BlockNames())
	if at.top() {
		if hint == "" {
			hint = at.has()
		}
		d.errorf(diag.UnknownBlock, raw.typeRange, summary, "There is no block type %q.%s", raw.typ, hint)
		return
	}
	if hint == "" {
		hint = at.suggest(raw.typ, at.schema.ArgNames())
	}
	if hint == "" {
		hint = at.has()
	}
	d.errorf(diag.UnknownBlock, raw.typeRange, summary, "%s block has no block %q in it.%s", article(at.schema.Name), raw.typ, hint)
}

func (d *decoder) later(rng hcl.Range, word, use string) {
	d.errorf(diag.NotBuiltYet, rng, "Not built yet",
		"%q is part of the language but not built yet in this version (%s). Remove it to go on without.", word, use)
}
