package docs

import (
	"strings"
	"testing"
)

func TestCells(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{code("a"), "`a`"},
		{code("a|b"), "`a\\|b`"},
		{code("a`b"), "`` a`b ``"},
		{cell("a\n  b | <c>"), `a b \| &lt;c>`},
		{sentence("a"), "a."},
		{sentence("a!"), "a!"},
		{sentence(""), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
	var b strings.Builder
	table{"x", "y", "1", "2"}.write(&b, 2)
	if want := "| x | y |\n|---|---|\n| 1 | 2 |\n"; b.String() != want {
		t.Errorf("got %s", b.String())
	}
}

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"# one\n#\n#   two":    "one two",
		"// one\n# two":        "one two",
		"#--- one ---":         "one",
		"# one\nlocals {":      "",
		"recipe {\n  name = 1": "",
	} {
		if got := prose(strings.Split(text, "\n")); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
