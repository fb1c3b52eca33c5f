package decode

import (
	stdjson "encoding/json"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// content is what a body holds, in source order, before it is held against a schema.
type content struct {
	attrs  []*hcl.Attribute
	blocks []rawBlock
	// unknown are the properties of a JSON object that the schema does not have: whether one was meant as an
	// argument or a block cannot be told. In native syntax they are among attrs and blocks.
	unknown []property
}

type rawBlock struct {
	typ         string
	labels      []string
	typeRange   hcl.Range
	labelRanges []hcl.Range
	body        hcl.Body
	json        bool
	// iterator is the old type that a dynamic block makes, by which its content reads the element.
	iterator string
}

type property struct {
	name string
	rng  hcl.Range
}

// header is the range that names the block: type and labels. In JSON they are apart, and the label is the
// more telling.
func (r rawBlock) header() hcl.Range {
	switch {
	case len(r.labelRanges) == 0:
		return r.typeRange
	case r.json:
		return r.labelRanges[0]
	}
	return hcl.RangeBetween(r.typeRange, r.labelRanges[len(r.labelRanges)-1])
}

// read takes a body apart. Native bodies are walked as they are, since hcl.Body.Content drops a block whose labels
// are wrong, with all that could be said about its inside; JSON gets its meaning from the schema only.
func (d *decoder) read(body hcl.Body, s *schema.Block) content {
	if b, ok := body.(*hclsyntax.Body); ok {
		return readNative(b)
	}
	if s.Free != nil {
		attrs, diags := body.JustAttributes()
		d.add(diag.WithCode(diag.JSONStructure, diags)...)
		return content{attrs: inOrder(attrs)}
	}
	return d.readJSON(body, s)
}

func readNative(b *hclsyntax.Body) content {
	var c content
	attrs := make(hcl.Attributes, len(b.Attributes))
	for name, a := range b.Attributes {
		attrs[name] = a.AsHCLAttribute()
	}
	c.attrs = inOrder(attrs)
	for _, blk := range b.Blocks {
		c.blocks = append(c.blocks, rawBlock{
			typ: blk.Type, labels: blk.Labels, body: blk.Body,
			typeRange: blk.TypeRange, labelRanges: blk.LabelRanges,
		})
	}
	return c
}

// extraneous is the summary by which the JSON reader of the HCL library reports unknown properties; it has no
// other way.
const extraneous = "Extraneous JSON object property"

func (d *decoder) readJSON(body hcl.Body, s *schema.Block) content {
	var c content
	found, diags := body.Content(bodySchema(s))
	for _, dg := range diags {
		if dg.Summary == extraneous && dg.Subject != nil {
			c.unknown = append(c.unknown, property{name: d.jsonString(*dg.Subject), rng: *dg.Subject})
			continue
		}
		d.add(diag.WithCode(diag.JSONStructure, hcl.Diagnostics{dg})...)
	}
	c.attrs = inOrder(found.Attributes)
	for _, blk := range found.Blocks {
		c.blocks = append(c.blocks, rawBlock{
			typ: blk.Type, labels: blk.Labels, body: blk.Body, json: true,
			typeRange: blk.TypeRange, labelRanges: blk.LabelRanges,
		})
	}
	return c
}

// bodySchema derives what the HCL library must know to read a JSON body.
func bodySchema(s *schema.Block) *hcl.BodySchema {
	bs := &hcl.BodySchema{}
	for _, name := range s.ArgNames() {
		bs.Attributes = append(bs.Attributes, hcl.AttributeSchema{Name: name})
	}
	for _, nested := range s.Blocks {
		h := hcl.BlockHeaderSchema{Type: nested.Name}
		if nested.Label != "" {
			h.LabelNames = []string{nested.Label}
		}
		bs.Blocks = append(bs.Blocks, h)
	}
	return bs
}

// jsonString returns the JSON string that stands at a range of the source.
func (d *decoder) jsonString(rng hcl.Range) string {
	var s string
	if file := d.module.Files[rng.Filename]; file != nil && rng.CanSliceBytes(file.Bytes) {
		// What the parser took for a string is one.
		_ = stdjson.Unmarshal(rng.SliceBytes(file.Bytes), &s)
	}
	return s
}

func inOrder(attrs hcl.Attributes) []*hcl.Attribute {
	list := make([]*hcl.Attribute, 0, len(attrs))
	for _, a := range attrs {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hcl.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return list
}
