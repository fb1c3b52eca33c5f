package diag

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// FuzzPrint prints diagnostics about any source at any place: nothing that it writes acts on a terminal.
func FuzzPrint(f *testing.F) {
	f.Add([]byte("a = 1\nb = \"\x1b[31m\"\n"), 6, 9, "Wrong \u202e name", "Two\nlines of it.\n  code", 40)
	f.Add([]byte("é\xff\x00漢字漢字漢字漢字漢字漢字漢字"), 3, 30, "", strings.Repeat("word ", 100), 1)
	f.Add([]byte(nil), -1, 1<<40, "x", "", 0)
	f.Add([]byte(strings.Repeat("\t", 9000)), 8999, 9000, "x", "y", 10_000)
	f.Fuzz(func(t *testing.T, src []byte, start, end int, summary, detail string, width int) {
		at := hcl.Range{Filename: "recipe.hcl", Start: hcl.Pos{Line: 1, Byte: start}, End: hcl.Pos{Line: 2, Byte: end}}
		files := map[string]*hcl.File{"recipe.hcl": {Bytes: src}}
		var b strings.Builder
		d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at}
		if err := Print(&b, files, hcl.Diagnostics{d, d}, Style{Width: width}); err != nil {
			t.Fatal(err)
		}
		if !utf8.ValidString(b.String()) {
			t.Errorf("what is written is not UTF-8: %q", b.String())
		}
		for _, r := range b.String() {
			if r != '\n' && (r < ' ' || hidden(r)) {
				t.Fatalf("%q is written", r)
			}
		}
	})
}
