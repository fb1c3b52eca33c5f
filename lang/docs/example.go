package docs

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// example is the recipe that shows the use: the library's own, or one that gives the variables which need a value.
func (p *page) example() string {
	if p.Example != "" {
		return strings.TrimSpace(p.Example) + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "use %q {\n  source = %q\n", p.Name, p.Source)
	gap := "\n"
	for _, v := range p.blocks("variable") {
		if v.Args["default"] != nil {
			continue
		}
		fmt.Fprintf(&b, "%s  %s = %s", gap, v.Label, sample(v))
		if text, _, _ := strings.Cut(literal(v.Args["description"]), "\n"); text != "" {
			b.WriteString(" # " + text)
		}
		b.WriteByte('\n')
		gap = ""
	}
	b.WriteString("}\n")
	formatted, diags := syntax.Format([]byte(b.String()), "example.hcl")
	if diags.HasErrors() {
		return b.String()
	}
	return string(formatted)
}

// sample is a value of a variable's type, to be replaced by whoever copies it.
func sample(b *decode.Block) string {
	a := b.Args["type"]
	if a == nil {
		return `"..."`
	}
	ty, diags := typeexpr.TypeConstraint(a.Expr)
	switch {
	case diags.HasErrors() || ty == cty.String || ty == cty.DynamicPseudoType:
		return `"..."`
	case ty == cty.Number:
		return "1"
	case ty == cty.Bool:
		return "true"
	case ty.IsListType() || ty.IsSetType() || ty.IsTupleType():
		return "[]"
	}
	return "{}"
}

// introduction is the comment that the library begins with: that of recipe.hcl or main.recipe.hcl, or else of the
// first file that has one, apart from its first block by an empty line.
func (p *page) introduction() string {
	first := ""
	for _, name := range p.fileNames() {
		text, rest, _ := strings.Cut(string(p.Module.Files[name].Bytes), "\n\n")
		comment := prose(strings.Split(text, "\n"))
		if comment == "" || rest == "" {
			continue
		}
		if strings.HasSuffix(name, "main.recipe.hcl") || strings.HasSuffix(name, "/recipe.hcl") || name == "recipe.hcl" {
			return comment
		}
		if first == "" {
			first = comment
		}
	}
	return first
}

// fileNames are the module's files, in the order of its blocks.
func (p *page) fileNames() []string {
	var names []string
	seen := map[string]bool{}
	for _, b := range p.Module.Blocks {
		if name := b.Range.Filename; !seen[name] && p.Module.Files[name] != nil {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// comment is the text of the comment right above a block.
func (p *page) comment(header hcl.Range) string {
	file := p.Module.Files[header.Filename]
	if file == nil || syntax.IsJSON(header.Filename) {
		return ""
	}
	lines := strings.Split(string(file.Bytes[:bytes.LastIndexByte(file.Bytes[:header.Start.Byte], '\n')+1]), "\n")
	lines = lines[:len(lines)-1]
	first := len(lines)
	for first > 0 && isComment(lines[first-1]) {
		first--
	}
	return prose(lines[first:])
}

func isComment(line string) bool {
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//")
}

// prose is the text of comment lines; empty where a line is none.
func prose(lines []string) string {
	var words []string
	for _, line := range lines {
		if !isComment(line) {
			return ""
		}
		words = append(words, strings.Fields(strings.Trim(line, "#/ \t-="))...)
	}
	return strings.Join(words, " ")
}
