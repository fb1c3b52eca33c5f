// Package decode turns parsed files into blocks and arguments by the schemas, evaluating nothing.
//
// Everything keeps its source range, down to the keys of object-valued arguments, since a plan explains each
// step by the place that caused it. What can be known wrong without a value is reported here, all of it in
// one run: words that do not exist, labels, counts, keys, and words that exist but are not built yet.
//
// Decoding goes in two passes over each body. The first (body.go) reads native syntax or JSON into one form,
// without judging. The second (block.go, arg.go) holds that form against the schema.
package decode

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// Module is what the files of one directory declare.
type Module struct {
	// Dir is the directory that the files were loaded from.
	Dir string
	// Blocks are the top-level blocks, in the order of the files and of the source within each.
	Blocks []*Block
	// Files are the sources by name, as diag.Print takes them.
	Files map[string]*hcl.File
	// Incomplete says that some declarations are missing because they could not be read, so that a reference
	// to something undeclared may be no mistake and is not to be reported.
	Incomplete bool
	// Lost are the labels of blocks that could not be read: a reference that names one of them leads nowhere only
	// because of that, and is not to be reported.
	Lost map[string]bool
	// Uses are the libraries that the module's use blocks name, by the blocks' labels; see Libraries. Those that could
	// not be read are missing.
	Uses map[string]*Module
	// Renamed are the old types of blocks, with which references may begin, and the present ones.
	Renamed map[string]string
	// Std says that the module ships with the program, so that its files are in no directory.
	Std bool
}

// Sources are the files of the module and of all libraries that it uses, by name.
func (m *Module) Sources() map[string]*hcl.File {
	all := maps.Clone(m.Files)
	for _, lib := range m.Uses {
		maps.Copy(all, lib.Sources())
	}
	return all
}

// Block is one block.
type Block struct {
	// Type is the block's type; Label is its label, empty for a type without.
	Type, Label string
	// Schema describes the block, with the arguments that every block of its sort takes added.
	Schema *schema.Block
	// Range is the header: type and label. LabelRange is the label alone, or Range for a block without.
	Range, LabelRange hcl.Range
	// Args are the arguments that were set, by name.
	Args map[string]*Arg
	// ArgOrder are the names of Args in source order.
	ArgOrder []string
	// Blocks are the nested blocks, in source order across types.
	Blocks []*Block
	// Conditions are the nested blocks that state something about this one, in source order. They are not in Blocks.
	Conditions []*Block
	// Iterator is what the content of a dynamic block calls the element, where that is not the label.
	Iterator string
	// Body is the body as parsed.
	Body hcl.Body
}

// Arg is an argument of a block, or one key or element of an argument's value.
type Arg struct {
	// Name is the argument's name or the key; empty for an element of a list.
	Name string
	Expr hcl.Expression
	// Range is name and value; NameRange is the name alone, or Range for an element of a list.
	Range, NameRange hcl.Range
	// Schema describes the argument; for keys of maps and elements of lists it is made up of the element type.
	// It is nil where a value of any type may stand.
	Schema *schema.Arg
	// Keys are the keys of a value that is written out as an object or map; KeyOrder has them in source order.
	// Keys that are computed are not among them.
	Keys     map[string]*Arg
	KeyOrder []string
	// Elems are the elements of a value that is written out as a list.
	Elems []*Arg
}

// Decode decodes the recipe files by the schemas of the top-level blocks. A file that did not parse is left out:
// what it seems to lack may be there. The result is never nil and holds all that could be decoded.
func Decode(files *syntax.Files, top []schema.Block) (*Module, hcl.Diagnostics) {
	m := &Module{Dir: files.Dir, Files: files.Sources(), Incomplete: files.Broken(), Renamed: renamedTypes(top)}
	d := &decoder{module: m}
	root := &schema.Block{Blocks: make([]schema.Block, len(top))}
	for i, b := range top {
		root.Blocks[i] = schema.Complete(b)
	}
	at := &parent{schema: root}
	for _, file := range files.Recipes {
		if !file.Broken {
			if body, ok := file.HCL.Body.(*hclsyntax.Body); ok {
				markSplats(body)
			}
			m.Blocks = append(m.Blocks, d.body(file.HCL.Body, at, nil)...)
		}
	}
	d.counts(at, m.Blocks)
	d.freeNames(m.Blocks)
	return m, d.diags
}

// decoder collects the diagnostics of one Decode.
type decoder struct {
	module *Module
	diags  hcl.Diagnostics
}

func (d *decoder) add(diags ...*hcl.Diagnostic) { d.diags = append(d.diags, diags...) }

// maxErrors is how many errors are worth telling: a file that has more is no recipe.
const maxErrors = 10_000

func (d *decoder) errorf(code diag.Code, rng hcl.Range, summary, format string, args ...any) {
	if len(d.diags) >= maxErrors {
		return
	}
	d.add(diag.Errorf(code, &rng, summary, format, args...))
}
