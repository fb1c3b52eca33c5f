package reference

import (
	"fmt"
	"io"
	"strings"

	"github.com/deployrecipe/recipe/lang/schema"
)

// Function is what the reference says of a function. Functions come in the order of the page, by family.
type Function struct {
	// Family is the heading that it stands under.
	Family string
	// Signature is its form, Type that of its result.
	Signature, Type string
	Doc             string
	Examples        []Example
}

// Example is a call and what it gives; the result is empty where it differs from call to call.
type Example struct{ Call, Result string }

// Markdown writes the reference of blocks and functions. The only errors returned are those of w.
func Markdown(w io.Writer, blocks []schema.Block, functions []Function) error {
	p := &page{}
	p.linef("# Reference\n")
	p.linef("Generated from the schemas and functions of this version; [spec.md](spec.md) tells what they mean together.\n")
	p.linef("A duration is a text such as `\"1m30s\"`, with the units h, m, s, ms; a size is a number of bytes or a text such as `\"256MiB\"`, with the units K, M, G and T, of which KB and KiB are other spellings: each is 1024 times the one before, as for engines. Not setting an argument and setting it to null are the same.\n")
	p.linef("What a change of an argument does to what runs: *made anew* is a new release of a service or job, and a new image or object otherwise; *in place* alters what runs and restarts nothing; *replicas only* starts or removes containers; *HAProxy only* touches no container; *plans only* alters how plans are made or carried out.\n")
	p.contents(blocks)
	for i := range blocks {
		p.block(&blocks[i], "", 2, blocks[i].Resource)
	}
	shared := Shared()
	p.block(&shared, "", 2, false)
	p.functions(functions)
	_, err := io.WriteString(w, strings.TrimRight(p.String(), "\n")+"\n")
	return err
}

// page gathers one page.
type page struct{ strings.Builder }

func (p *page) linef(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) contents(blocks []schema.Block) {
	var links []string
	for _, b := range blocks {
		links = append(links, fmt.Sprintf("[%s](#%s)", b.Name, b.Name))
	}
	p.linef("Blocks: %s. [What every resource takes](#resource). [Functions](#functions).\n", strings.Join(links, ", "))
}

// block writes a block and those in it, each under its path. What a change does is told of where there are objects.
func (p *page) block(b *schema.Block, parent string, level int, changes bool) {
	path := strings.TrimPrefix(parent+"."+b.Name, ".")
	p.linef("<a id=\"%s\"></a>\n%s %s\n", path, strings.Repeat("#", min(level, 4)), path)
	if path != "resource" {
		p.linef("`%s`\n", header(b))
	}
	p.linef("%s\n", cell(summary(b)))
	if b.Free != nil {
		p.linef("Its arguments have any name and are of type: %s.\n", Type(*b.Free))
	}
	p.table(b, changes)
	p.exports(b)
	if b.Ordered && parent != "" {
		p.linef("The blocks in it are those of [%s](#%s).\n", parent, parent)
		return
	}
	for i := range b.Blocks {
		p.block(&b.Blocks[i], path, level+1, changes)
	}
}

// table writes the arguments.
func (p *page) table(b *schema.Block, changes bool) {
	rows := Rows(b.Args)
	if len(rows) == 0 {
		return
	}
	if changes {
		p.linef("| argument | takes | default | a change | what it is |\n|---|---|---|---|---|")
	} else {
		p.linef("| argument | takes | default | what it is |\n|---|---|---|---|")
	}
	for _, r := range rows {
		cells := []string{"`" + r.Name + "`", cell(r.Type), code(r.Default), r.Change, cell(r.Doc)}
		if !changes {
			cells = append(cells[:3], cells[4])
		}
		p.linef("| %s |", strings.Join(cells, " | "))
	}
	p.linef("")
}

func (p *page) exports(b *schema.Block) {
	if len(b.Exports) == 0 {
		return
	}
	p.linef("Expressions may also read:\n\n| attribute | what it is |\n|---|---|")
	for _, e := range b.Exports {
		p.linef("| `%s` | %s |", e.Name, cell(e.Doc))
	}
	p.linef("")
}

func (p *page) functions(functions []Function) {
	p.linef("<a id=\"functions\"></a>\n## Functions")
	family := ""
	for _, f := range functions {
		if f.Family != family {
			family = f.Family
			p.linef("\n### %s\n\n| function | gives | what it does | example |\n|---|---|---|---|", family)
		}
		var examples []string
		for _, e := range f.Examples {
			text := code(e.Call)
			if e.Result != "" {
				text += " is " + code(e.Result)
			}
			examples = append(examples, text)
		}
		p.linef("| %s | %s | %s | %s |", code(f.Signature), cell(f.Type), cell(f.Doc), strings.Join(examples, "; "))
	}
}

// cell is text within a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "*", `\*`, "<", `\<`).Replace(s)
}

// code is a text to be read as it is, within a table.
func code(s string) string {
	if s == "" || s == "required" {
		return s
	}
	s = strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}
