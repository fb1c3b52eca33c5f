package diag

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// Of more diagnostics than anyone reads, and of a line longer than any terminal, some is shown.
func TestPrintMany(t *testing.T) {
	src := []byte(strings.Repeat("é", 1<<20))
	files := map[string]*hcl.File{"recipe.hcl": {Bytes: src}}
	var diags hcl.Diagnostics
	for i := range 1000 {
		at := hcl.Range{Filename: "recipe.hcl", Start: hcl.Pos{Line: 1, Byte: 1<<20 + 2*i}, End: hcl.Pos{Line: 1, Byte: 1<<20 + 2*i + 2}}
		diags = append(diags, Errorf(SyntaxError, &at, "Wrong", "Wrong %d.", i))
	}
	var b strings.Builder
	if err := Print(&b, files, diags, Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "Error: Wrong"); n != maxShown {
		t.Errorf("%d are shown", n)
	}
	if want := fmt.Sprintf("There are %d more. Mend these first.\n", 1000-maxShown); !strings.HasSuffix(b.String(), want) {
		t.Errorf("the end is %q", b.String()[max(0, b.Len()-80):])
	}
	if strings.Contains(b.String(), "\\x") {
		t.Error("a character was cut in two")
	}
	for line := range strings.Lines(b.String()) {
		if len(line) > 400 {
			t.Fatalf("a line of %d bytes", len(line))
		}
	}
}
