package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/lang/decode"
)

// consoleNames are the words that a console completes: functions, and what stands below each root.
func consoleNames(m *module) []string {
	names := map[string]bool{"help": true, "exit": true}
	for name := range m.inputs.Functions {
		names[name+"("] = true
	}
	for _, b := range m.decoded.Blocks {
		for _, name := range namesOf(b) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// namesOf are the references that lead to a block and to what it offers.
func namesOf(b *decode.Block) []string {
	switch b.Type {
	case "variable":
		return []string{"var." + b.Label}
	case "output":
		return []string{"output." + b.Label}
	case "function":
		return []string{b.Label + "("}
	case "locals":
		var names []string
		for _, name := range b.ArgOrder {
			names = append(names, "local."+name)
		}
		return names
	case "recipe":
		return []string{"recipe.name"}
	case "secret":
		return []string{"secret." + b.Label}
	}
	if !b.Schema.Resource || b.Label == "" {
		return nil
	}
	block := b.Type + "." + b.Label
	names := []string{block, block + ".addr"}
	for _, e := range b.Schema.Exports {
		names = append(names, block+"."+e.Name)
	}
	for _, a := range b.Schema.Args {
		if !a.Raw && a.Later == "" {
			names = append(names, block+"."+a.Name)
		}
	}
	for _, inner := range b.Blocks {
		if inner.Type == "expose" {
			names = append(names, block+"."+inner.Label)
		}
	}
	return names
}

// complete returns the names that go on from a word, each up to its next dot: what is below a block is offered only once
// the block is.
func (c *console) complete(word string) []string {
	found := map[string]bool{}
	for _, name := range c.names {
		rest, ok := strings.CutPrefix(name, word)
		if !ok || word == "" {
			continue
		}
		if part, _, more := strings.Cut(rest, "."); more {
			rest = part + "."
		}
		found[word+rest] = true
	}
	for name := range found {
		if found[name+"."] {
			delete(found, name+".") // the block itself says enough
		}
	}
	return slices.Sorted(maps.Keys(found))
}
