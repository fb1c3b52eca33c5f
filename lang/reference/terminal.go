package reference

import (
	"fmt"
	"io"
	"strings"

	"github.com/deployrecipe/recipe/lang/schema"
)

// Find gives the block or argument that a path such as service.health.http leads to, from the top-level blocks. For an
// argument, the block is the one that it stands in; a key of an object is found by its argument's path and its name. It
// is false where the path leads nowhere.
func Find(blocks []schema.Block, path []string) (*schema.Block, *Row, bool) {
	b := schema.Named(blocks, path[0])
	if b == nil {
		return nil, nil, false
	}
	whole := schema.Complete(*b)
	b = &whole
	for i, word := range path[1:] {
		if nested := b.Block(word); nested != nil {
			b = nested
			continue
		}
		name := strings.Join(path[i+1:], ".")
		for _, row := range Rows(b.Args) {
			if row.Name == name {
				return b, &row, true
			}
		}
		return b, nil, false
	}
	return b, nil, true
}

// Words are what may follow a block's path.
func Words(b *schema.Block) []string {
	var words []string
	for _, row := range Rows(b.Args) {
		words = append(words, row.Name)
	}
	return append(words, b.BlockNames()...)
}

// Block writes a block's reference for a terminal of so many columns; path is that of the block. The only errors
// returned are those of w.
func Block(w io.Writer, b *schema.Block, path string, width int) error {
	t := terminal{width: width}
	t.linef("%s\n", header(b))
	t.text("", summary(b))
	if b.Free != nil {
		t.text("", "Its arguments have any name and are of type: "+Type(*b.Free)+".")
	}
	rows := Rows(b.Args)
	if len(rows) > 0 {
		t.linef("\nArguments")
	}
	for _, row := range rows {
		t.row(row)
	}
	if len(b.Blocks) > 0 {
		t.linef("\nBlocks, of which \"recipe help %s.NAME\" tells more", path)
	}
	for i := range b.Blocks {
		t.linef("  %s", header(&b.Blocks[i]))
		t.text("      ", firstSentence(b.Blocks[i].Doc))
	}
	if len(b.Exports) > 0 {
		t.linef("\nExpressions may also read")
	}
	for _, e := range b.Exports {
		t.linef("  %s", e.Name)
		t.text("      ", e.Doc)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// Arg writes an argument's reference, and that of its keys, for a terminal.
func Arg(w io.Writer, b *schema.Block, row Row, width int) error {
	t := terminal{width: width}
	t.row(row)
	for _, other := range Rows(b.Args) {
		if strings.HasPrefix(other.Name, row.Name+".") {
			t.row(other)
		}
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// Call writes a function's reference for a terminal.
func Call(w io.Writer, f Function, width int) error {
	t := terminal{width: width}
	t.linef("%s gives %s\n", f.Signature, f.Type)
	t.text("", f.Doc)
	for _, e := range f.Examples {
		t.linef("\n  %s", e.Call)
		if e.Result != "" {
			t.linef("  = %s", e.Result)
		}
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// terminal gathers text of a width.
type terminal struct {
	strings.Builder
	width int
}

func (t *terminal) linef(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }

func (t *terminal) row(r Row) {
	line := r.Type
	switch r.Default {
	case "":
	case "required":
		line += ", required"
	default:
		line += "; " + r.Default + " without it"
	}
	t.linef("  %s  (%s)", r.Name, line)
	t.text("      ", r.Doc)
}

// text writes a paragraph, broken at spaces.
func (t *terminal) text(indent, text string) {
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line)+len(word) > t.width && strings.TrimSpace(line) != "" {
			t.linef("%s", strings.TrimRight(line, " "))
			line = indent
		}
		line += word + " "
	}
	t.linef("%s", strings.TrimRight(line, " "))
}

func firstSentence(doc string) string {
	if i := strings.Index(doc, ". "); i >= 0 {
		return doc[:i+1]
	}
	return doc
}
