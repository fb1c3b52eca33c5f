package resolve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestCallBounds shows that a few lines cannot keep an evaluation busy for ever, nor overflow its stack.
func TestCallBounds(t *testing.T) {
	chain := func(n int, body string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "function \"f%d\" {\n  params = [x]\n  result = %s\n}\n", i, fmt.Sprintf(body, i+1))
		}
		fmt.Fprintf(&b, "function \"f%d\" {\n  params = [x]\n  result = x\n}\n", n)
		return b.String()
	}
	tests := []struct{ name, functions, want string }{
		{"a chain", chain(maxCallDepth-1, "f%[1]d(x)"), ""},
		{"too long a chain", chain(maxCallDepth+1, "f%[1]d(x)"), "calls are within each other"},
		{"doubled", chain(10, `[f%[1]d(x), f%[1]d(x)]`), ""},
		{"doubled too often", chain(30, `f%[1]d(x) == f%[1]d(x)`), "calls of functions are made"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := "recipe { name = \"shop\" }\n" + tt.functions + "output \"x\" { value = f0(1) }\n"
			archive := &txtar.Archive{Files: []txtar.File{{Name: "recipe.hcl", Data: []byte(src)}}}
			_, diags, _ := run(t, archive)
			switch {
			case tt.want == "" && diags.HasErrors():
				t.Error(diags)
			case tt.want != "" && (len(diags) == 0 || !strings.Contains(diags[0].Detail, tt.want)):
				t.Errorf("got %v, want %q", diags, tt.want)
			}
		})
	}
}
