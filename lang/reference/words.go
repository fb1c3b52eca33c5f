// Package reference tells people what the language consists of, as pages of Markdown and on a terminal.
//
// All of it is read from the schemas: what stands there is what the tool accepts.
package reference

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/lang/schema"
)

// Type says what an argument takes, for a column of a table. The keys of objects are rows of their own.
func Type(t schema.Type) string {
	switch t.Shape {
	case schema.String:
		return text(t.Values)
	case schema.Bool:
		return "true or false"
	case schema.Int:
		return "whole number" + bounds(t)
	case schema.Number:
		return "number"
	case schema.Duration:
		return `duration, as "1m30s"`
	case schema.Size:
		return `size, as "256MiB", or bytes`
	case schema.Ref:
		return ref(t)
	case schema.List:
		return "list of " + plural(*t.Elem)
	case schema.Map:
		return "map of " + plural(*t.Elem)
	case schema.Object:
		return "object"
	case schema.Either:
		return choice(t.Alts, Type)
	}
	return "any value"
}

// choice names several types, one of which is taken.
func choice(types []schema.Type, name func(schema.Type) string) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = name(t)
	}
	return strings.Join(names, " or ")
}

func text(values []string) string {
	if len(values) == 0 {
		return "text"
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, " or ")
}

func bounds(t schema.Type) string {
	const many = 1 << 31
	switch {
	case t.Min == 0 && t.Max == 0:
		return ""
	case t.Max == 0 || t.Max >= many:
		return fmt.Sprintf(", %d or more", t.Min)
	}
	return fmt.Sprintf(" from %d to %d", t.Min, t.Max)
}

func ref(t schema.Type) string {
	kinds := strings.Join(t.Kinds, " or ")
	switch {
	case t.Port:
		return "named port of a " + kinds
	case kinds == "":
		return "block"
	}
	return kinds + " block"
}

// plural is what a collection is of.
func plural(t schema.Type) string {
	switch t.Shape {
	case schema.String:
		if len(t.Values) == 0 {
			return "texts"
		}
	case schema.Int:
		return "whole numbers" + bounds(t)
	case schema.Ref:
		if !t.Port {
			return ref(t) + "s"
		}
	case schema.Object:
		return "objects"
	case schema.Either:
		return choice(t.Alts, plural)
	}
	return Type(t)
}

// change says what a change of an argument does to what runs.
func change(c schema.Change) string {
	switch c {
	case schema.InPlace:
		return "in place"
	case schema.Scale:
		return "replicas only"
	case schema.ProxyOnly:
		return "HAProxy only"
	case schema.PlanOnly:
		return "plans only"
	}
	return "made anew"
}

// keys are the keys of the objects that a type holds, at any depth of lists, maps and choices.
func keys(t schema.Type) []schema.Arg {
	switch t.Shape {
	case schema.Object:
		return t.Keys
	case schema.List, schema.Map:
		return keys(*t.Elem)
	case schema.Either:
		var all []schema.Arg
		for _, alt := range t.Alts {
			all = append(all, keys(alt)...)
		}
		return all
	}
	return nil
}

// Row is an argument, or a key of one that is an object, as the tables show it.
type Row struct {
	Name, Type, Default, Change, Doc string
}

// Rows gives the rows of arguments, each with its keys below it.
func Rows(args []schema.Arg) []Row {
	var rows []Row
	for _, a := range args {
		rows = append(rows, Row{a.Name, takes(a), standard(a), change(a.Change), about(a)})
		for _, key := range keys(a.Type) {
			rows = append(rows, Row{a.Name + "." + key.Name, Type(key.Type), standard(key), "", about(key)})
		}
	}
	return rows
}

// takes is what an argument takes; one that is kept as it is written is an expression.
func takes(a schema.Arg) string {
	if a.Raw && a.Type.Shape == schema.Any {
		return "expression"
	}
	return Type(a.Type)
}

func standard(a schema.Arg) string {
	if a.Required {
		return "required"
	}
	return a.Default
}

// about is an argument's description with what else there is to know.
func about(a schema.Arg) string {
	doc := a.Doc
	if a.Static {
		doc += " A literal."
	}
	if a.Secret {
		doc += " May be sensitive."
	}
	return doc + growth(a.Growth, a.Later)
}

// growth says how a word came and goes.
func growth(g schema.Growth, later string) string {
	text := ""
	if g.Since != "" {
		text += " Since " + g.Since + "."
	}
	if g.RenamedTo != "" {
		text += " Renamed to " + g.RenamedTo + "."
	}
	if g.Deprecated != "" {
		text += " Deprecated: " + g.Deprecated
	}
	if later != "" {
		text += " Not built yet: using it is an error that says so."
	}
	return text
}

// header shows how a block is written.
func header(b *schema.Block) string {
	if b.Label == "" {
		return b.Name + " { ... }"
	}
	return fmt.Sprintf("%s %q { ... }", b.Name, strings.ToUpper(b.Label))
}

// summary is a block's description with what else there is to know.
func summary(b *schema.Block) string {
	return strings.Join(strings.Fields(b.Doc+" "+often(b)+growth(b.Growth, b.Later)), " ")
}

// Shared is what every resource takes besides its own words, as if it were a block.
func Shared() schema.Block {
	all := schema.Complete(schema.Block{Resource: true, Blocks: []schema.Block{{}}})
	all.Name, all.Doc = "resource", "Every block that stands for objects takes these as well: image, service, job, volume, network, port, proxy, secret, switchover. A dynamic block may stand wherever a nested block may. Every block can be read as a value, and has the attribute addr, its address."
	all.Blocks = all.Blocks[1:]
	return all
}

// often says how often a nested block may stand.
func often(b *schema.Block) string {
	switch {
	case b.Min == 1 && b.Max == 1:
		return "Exactly one."
	case b.Max == 1:
		return "At most one."
	case b.Min == 1:
		return "At least one."
	case b.Min > 0 || b.Max > 0:
		return fmt.Sprintf("From %d to %d.", b.Min, b.Max)
	}
	return ""
}
