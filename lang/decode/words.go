package decode

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/schema"
)

// article puts "A" or "An" before a block's type, to begin a sentence.
func article(word string) string {
	if strings.ContainsRune("aeio", rune(word[0])) {
		return "An " + word
	}
	return "A " + word
}

// assignment shows how an argument is written.
func assignment(a *schema.Arg) string {
	switch a.Type.Shape {
	case schema.Object, schema.Map:
		return a.Name + " = { ... }."
	case schema.List:
		return a.Name + " = [...]."
	}
	return a.Name + " = ..."
}

// header shows how a block is written.
func header(s *schema.Block) string {
	if s.Label == "" {
		return s.Name + " { ... }"
	}
	return fmt.Sprintf("%s %q { ... }", s.Name, placeholder(s.Label))
}

// placeholder stands for a label in an example.
func placeholder(kind string) string {
	switch kind {
	case "path":
		return "/PATH"
	}
	return strings.ToUpper(kind)
}

// subject begins a sentence about a parent.
func subject(at *parent) string {
	if at.top() {
		return "A recipe"
	}
	return article(at.schema.Name) + " block"
}

// has tells what may stand in a block, as sentences that begin with a space, once for each: whoever comes from
// another tool knows what to say, and not its word here.
func (p *parent) has() string {
	if p.told {
		return ""
	}
	p.told = true
	var args, blocks []string
	for i := range p.schema.Args {
		if a := &p.schema.Args[i]; a.Later == "" {
			args = append(args, a.Name)
		}
	}
	for i := range p.schema.Blocks {
		if b := &p.schema.Blocks[i]; b.Later == "" {
			blocks = append(blocks, b.Name)
		}
	}
	if p.top() {
		return " There are " + strings.Join(blocks, ", ") + "."
	}
	return named("argument", args) + named("block", blocks)
}

func named(what string, names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" Its %s is %s.", what, names[0])
	}
	return fmt.Sprintf(" Its %ss are %s.", what, strings.Join(names, ", "))
}

func times(n int, name string) string {
	if n == 1 {
		return fmt.Sprintf("one %s block", name)
	}
	return fmt.Sprintf("%d %s blocks", n, name)
}

// place says where something stands, for the middle of a sentence.
func place(rng hcl.Range) string {
	return fmt.Sprintf("%s line %d", rng.Filename, rng.Start.Line)
}

// firstSentence is the summary of a description.
func firstSentence(doc string) string {
	if i := strings.Index(doc, ". "); i >= 0 {
		return doc[:i+1]
	}
	return doc
}
