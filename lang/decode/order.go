package decode

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/diag"
)

// An object of JSON has no order, and readers and writers of JSON rearrange it. So the body of a block whose
// instructions are ordered is written as an array of objects with one instruction each, and since an array in
// the place of a body already means several blocks, that array stands in another.

// ungrouped takes out the blocks that came of an array in the place of such a body: with one label, they can only be
// meant as the instructions of one.
func (d *decoder) ungrouped(raws []rawBlock, at *parent) []rawBlock {
	var out []rawBlock
	for i, raw := range raws {
		s := at.schema.Block(raw.typ)
		if !raw.json || s == nil || !s.Ordered || s.Label == "" || !(siblings(raws, i, i-1) || siblings(raws, i, i+1)) {
			out = append(out, raw)
			continue
		}
		d.module.Incomplete = true
		if !siblings(raws, i, i-1) {
			d.unordered(raw.header(), raw.typ, raw.labels[0])
		}
	}
	return out
}

// siblings reports whether two blocks came of one array.
func siblings(raws []rawBlock, i, j int) bool {
	return j >= 0 && j < len(raws) && raws[i].typ == raws[j].typ && len(raws[j].labelRanges) > 0 &&
		raws[i].labelRanges[0] == raws[j].labelRanges[0]
}

// checkOrder reports a JSON object that holds instructions of several types.
func (d *decoder) checkOrder(raws []rawBlock, body hcl.Body, at *parent) {
	if len(raws) == 0 || !raws[0].json {
		return
	}
	inElement := d.elements(body)
	type seen struct {
		element int
		typ     string
	}
	var last *seen
	for _, raw := range raws {
		if s := at.schema.Block(raw.typ); s != nil && s.Condition {
			continue // what it states is true wherever it stands
		}
		now := seen{inElement(raw.typeRange.Start.Byte), raw.typ}
		if last != nil && last.element == now.element && last.typ != now.typ {
			d.unordered(raw.typeRange, at.schema.Name, d.labelOf(at))
			return
		}
		last = &now
	}
}

// checkSequence reports a JSON object that holds several blocks of a type whose order counts, one for each label.
func (d *decoder) checkSequence(raws []rawBlock, at *parent) {
	var last rawBlock
	var element func(offset int) int
	for _, raw := range raws {
		s := at.schema.Block(raw.typ)
		if s == nil || !s.Sequence || !raw.json || len(raw.labelRanges) == 0 {
			continue
		}
		if element == nil || last.typeRange != raw.typeRange {
			last, element = raw, d.elementsAfter(raw.typeRange)
			continue
		}
		if element(last.labelRanges[0].Start.Byte) == element(raw.labelRanges[0].Start.Byte) {
			d.errorf(diag.UnorderedJSON, raw.labelRanges[0], "Order of blocks is lost",
				"The order of %s blocks counts, and the keys of a JSON object have none. Write an array of objects with one block each:\n  %q: [{%q: {...}}, {%q: {...}}]",
				raw.typ, raw.typ, last.labels[0], raw.labels[0])
			return
		}
		last = raw
	}
}

// labelOf returns the label of the block that is being decoded, as its JSON shows it.
func (d *decoder) labelOf(at *parent) string {
	if label := d.jsonString(at.rng); label != "" {
		return label
	}
	return at.schema.Name
}

func (d *decoder) unordered(rng hcl.Range, typ, label string) {
	d.errorf(diag.UnorderedJSON, rng, "Order of instructions is lost",
		"The order of instructions counts in %s blocks, and the keys of a JSON object have none. Write the body as an array within an array, each object with one instruction:\n  %q: [[{\"from\": {...}}, {\"run\": {...}}]]",
		typ, label)
}

// elements returns a function that tells the elements of a body that is an array apart by the offset of
// something in them. A body that is an object is one element. The HCL library has flattened the array by now, so the
// source is asked again; it parsed, so brackets match.
func (d *decoder) elements(body hcl.Body) func(offset int) int {
	rng := body.MissingItemRange() // of an array its opening bracket, of an object its closing brace
	file := d.module.Files[rng.Filename]
	if file == nil || !rng.CanSliceBytes(file.Bytes) || string(rng.SliceBytes(file.Bytes)) != "[" {
		return func(int) int { return 0 }
	}
	return elementAt(elementStarts(file.Bytes, rng.End.Byte))
}

// elementsAfter is elements for the value of a key.
func (d *decoder) elementsAfter(key hcl.Range) func(offset int) int {
	file := d.module.Files[key.Filename]
	if file == nil || !key.CanSliceBytes(file.Bytes) {
		return func(int) int { return 0 }
	}
	value := bytes.TrimLeft(file.Bytes[key.End.Byte:], " \t\n:")
	if !bytes.HasPrefix(value, []byte("[")) {
		return func(int) int { return 0 }
	}
	return elementAt(elementStarts(file.Bytes, len(file.Bytes)-len(value)+1))
}

func elementAt(starts []int) func(offset int) int {
	return func(offset int) int {
		n := 0
		for n < len(starts) && starts[n] <= offset {
			n++
		}
		return n
	}
}

// elementStarts returns the offsets of the objects directly in the array that was opened before offset i.
func elementStarts(src []byte, i int) []int {
	var starts []int
	inString := false
	for depth := 1; i < len(src) && depth > 0; i++ {
		switch c := src[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth == 1 {
				starts = append(starts, i)
			}
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return starts
}
