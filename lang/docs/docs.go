// Package docs writes what a library's users need to know as Markdown: how to use it, its variables and outputs, and
// the resources in it. It says what the library's source says, and evaluates nothing.
package docs

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// Library is what is documented.
type Library struct {
	Module *decode.Module
	// Name is what the library is called, and Source how a recipe refers to it.
	Name, Source string
	// Example, where there is one, is the source of a recipe that uses the library.
	Example string
}

// Markdown writes the library's page without its title. Sections begin at the second level.
func Markdown(l Library) string {
	p := &page{Library: l}
	p.paragraph(p.introduction())
	p.heading("Use it")
	p.WriteString("```hcl\n" + p.example() + "```\n")
	p.variables()
	p.outputs()
	p.resources()
	return p.String()
}

type page struct {
	Library
	strings.Builder
}

func (p *page) paragraph(text string) {
	if text != "" {
		p.WriteString(text + "\n")
	}
}

func (p *page) heading(text string) {
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
	p.WriteString("## " + text + "\n\n")
}

// blocks are those of a type, in the order of the source.
func (p *page) blocks(typ string) []*decode.Block {
	var out []*decode.Block
	for _, b := range p.Module.Blocks {
		if b.Type == typ {
			out = append(out, b)
		}
	}
	return out
}

func (p *page) variables() {
	blocks := p.blocks("variable")
	if len(blocks) == 0 {
		return
	}
	slices.SortStableFunc(blocks, func(a, b *decode.Block) int { // those that must be given first
		return cmp.Compare(order(a), order(b))
	})
	p.heading("Variables")
	t := table{"name", "type", "default", "what it is"}
	for _, b := range blocks {
		standard := "required"
		if a := b.Args["default"]; a != nil {
			standard = code(p.source(a))
		}
		t = append(t, code(b.Label), code(p.typeOf(b)), standard, p.about(b))
	}
	t.write(&p.Builder, 4)
}

func order(variable *decode.Block) int {
	if variable.Args["default"] == nil {
		return 0
	}
	return 1
}

// about is a variable's description and what must be true of its value.
func (p *page) about(b *decode.Block) string {
	var parts []string
	if text := literal(b.Args["description"]); text != "" {
		parts = append(parts, sentence(text))
	}
	if isTrue(b.Args["sensitive"]) {
		parts = append(parts, "Sensitive.")
	}
	for _, rule := range b.Conditions {
		if text := literal(rule.Args["error"]); text != "" {
			parts = append(parts, sentence(text))
		} else if a := rule.Args["condition"]; a != nil {
			parts = append(parts, "It must hold that "+code(p.source(a))+".")
		}
	}
	return cell(strings.Join(parts, " "))
}

func (p *page) outputs() {
	blocks := p.blocks("output")
	if len(blocks) == 0 {
		return
	}
	p.heading("Outputs")
	t := table{"name", "what it is"}
	for _, b := range blocks {
		text := sentence(literal(b.Args["description"]))
		if isTrue(b.Args["sensitive"]) {
			text = strings.TrimSpace(text + " Sensitive.")
		}
		t = append(t, code(b.Label), cell(text))
	}
	t.write(&p.Builder, 2)
}

func (p *page) resources() {
	t := table{"address", "what it is"}
	for _, b := range p.Module.Blocks {
		if b.Label != "" && b.Schema.Resource {
			text := p.comment(b.Range)
			if text == "" {
				text, _, _ = strings.Cut(b.Schema.Doc, ". ")
			}
			t = append(t, code(b.Type+"."+b.Label), cell(sentence(text)))
		}
	}
	if len(t) > 2 {
		p.heading("Resources")
		t.write(&p.Builder, 2)
	}
}

// typeOf is a variable's type as it is written, "any" where it has none.
func (p *page) typeOf(b *decode.Block) string {
	a := b.Args["type"]
	if a == nil {
		return "any"
	}
	if text := literal(a); text != "" {
		return text // of JSON, where a type is a text
	}
	return p.source(a)
}

// source is an argument's value as it is written, on one line.
func (p *page) source(a *decode.Arg) string {
	rng := a.Expr.Range()
	file := p.Module.Files[rng.Filename]
	if file == nil || !rng.CanSliceBytes(file.Bytes) {
		return "..."
	}
	if line, ok := syntax.OneLine(rng.SliceBytes(file.Bytes)); ok {
		return line
	}
	return "..."
}

// literal is the text of an argument that is one; empty for others.
func literal(a *decode.Arg) string {
	v := value(a)
	if v.Type() != cty.String || v.IsNull() || !v.IsKnown() {
		return ""
	}
	return strings.TrimSpace(v.AsString())
}

func isTrue(a *decode.Arg) bool {
	v, err := convert.Convert(value(a), cty.Bool)
	return err == nil && v.IsKnown() && !v.IsNull() && v.True()
}

func value(a *decode.Arg) cty.Value {
	if a == nil {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	v, diags := a.Expr.Value(&hcl.EvalContext{})
	if diags.HasErrors() {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return v
}
