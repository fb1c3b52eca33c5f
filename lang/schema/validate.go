package schema

import (
	"fmt"
	"strings"
)

// Validate returns what is wrong with the schemas themselves, a line each, empty when they are sound. Tests call it:
// the reference page and did-you-mean are only as good as the descriptions.
func Validate(top []Block) []string {
	var v validator
	v.blocks("", top)
	return v.problems
}

type validator struct{ problems []string }

func (v *validator) addf(format string, args ...any) {
	v.problems = append(v.problems, fmt.Sprintf(format, args...))
}

func (v *validator) blocks(path string, blocks []Block) {
	seen := map[string]bool{}
	for i := range blocks {
		b := &blocks[i]
		at := path + b.Name
		v.name(at, b.Name, b.Doc)
		if seen[b.Name] {
			v.addf("%s: described twice", at)
		}
		seen[b.Name] = true
		v.growth(at, b.Growth, Named(blocks, b.RenamedTo) != nil)
		v.block(at, b)
	}
}

func (v *validator) block(at string, b *Block) {
	if b.Max != 0 && b.Min > b.Max {
		v.addf("%s: at least %d and at most %d", at, b.Min, b.Max)
	}
	for _, nested := range b.Blocks {
		if b.Arg(nested.Name) != nil {
			v.addf("%s.%s: both an argument and a block", at, nested.Name)
		}
	}
	for _, e := range b.Exports {
		v.name(at+"."+e.Name, e.Name, e.Doc)
	}
	if b.Free != nil {
		v.typ(at, *b.Free)
	}
	v.args(at, b.Args)
	v.blocks(at+".", b.Blocks)
}

func (v *validator) args(path string, args []Arg) {
	seen := map[string]bool{}
	for _, a := range args {
		at := path + "." + a.Name
		v.name(at, a.Name, a.Doc)
		if seen[a.Name] {
			v.addf("%s: described twice", at)
		}
		seen[a.Name] = true
		if a.Required && a.Default != "" {
			v.addf("%s: required, so its default is never used", at)
		}
		v.growth(at, a.Growth, argNamed(args, a.RenamedTo) != nil)
		v.typ(at, a.Type)
	}
}

// growth wants old words to lead to ones that are there.
func (v *validator) growth(at string, g Growth, there bool) {
	if g.RenamedTo != "" && !there {
		v.addf("%s: renamed to %q, which does not stand beside it", at, g.RenamedTo)
	}
	if g.Since != "" && strings.Trim(g.Since, "0123456789.") != "" {
		v.addf("%s: since %q, which is no version", at, g.Since)
	}
}

func (v *validator) typ(at string, t Type) {
	switch t.Shape {
	case List, Map:
		if t.Elem == nil {
			v.addf("%s: a collection without an element type", at)
			return
		}
		v.typ(at, *t.Elem)
	case Object:
		if len(t.Keys) == 0 {
			v.addf("%s: an object without keys", at)
		}
		v.args(at, t.Keys)
	case Either:
		if len(t.Alts) < 2 {
			v.addf("%s: a choice of fewer than two types", at)
		}
		for _, alt := range t.Alts {
			v.typ(at, alt)
		}
	}
}

func (v *validator) name(at, name, doc string) {
	if !wellNamed(name) {
		v.addf("%s: %q is no name of the language", at, name)
	}
	if doc == "" {
		v.addf("%s: no description", at)
	}
}

// wellNamed is the rule for the words of the language: lower case, in snake form.
func wellNamed(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return s != "" && s[0] >= 'a'
}
