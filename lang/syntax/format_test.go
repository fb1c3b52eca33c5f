package syntax

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/lang/diag"
)

func TestFormat(t *testing.T) {
	tests := []struct{ name, file, in, want string }{
		{"empty", "recipe.hcl", "\n\n", ""},
		{"alignment", "recipe.hcl", "a {\n b=1\n  long   =2\n}", "a {\n  b    = 1\n  long = 2\n}\n"},
		{"blank lines", "recipe.hcl", "\n\na = 1\n\n\n\n# x\n\n\n\nb = 2 # y\n\n\n\n", "a = 1\n\n# x\n\nb = 2 # y\n"},
		{"what is inside texts and comments", "recipe.hcl", "a = <<E\n\n\n\n  x\nE\n/*\n\n\n\n*/\n", "a = <<E\n\n\n\n  x\nE\n/*\n\n\n\n*/\n"},
		{"line ends", "recipe.hcl", "a=1\r\n\r\nb=2", "a = 1\n\nb = 2\n"},
		{"JSON", "a.recipe.json", "{\"b\":[1,{}],\r\n\"a\":1e2}", "{\"b\":[1,{}],\r\n\"a\":1e2}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, diags := Format([]byte(tt.in), tt.file)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFormatRefuses(t *testing.T) {
	out, diags := Format([]byte("a = {"), "recipe.hcl")
	if out != nil || !diags.HasErrors() || diag.CodeOf(diags[0]) != diag.SyntaxError {
		t.Error(string(out), diags)
	}
}

func TestParseText(t *testing.T) {
	if _, diags := ParseTemplate([]byte("Hello ${var.x}\n%{ if a }b%{ endif }"), "x.tftpl"); diags.HasErrors() {
		t.Error(diags)
	}
	if _, diags := ParseExpression([]byte("[1, {a = 2}]"), "--var x"); diags.HasErrors() {
		t.Error(diags)
	}
	for _, src := range []string{"${", "${1e999999999}", "\x00"} {
		if e, diags := ParseTemplate([]byte(src), "x"); e != nil || !diags.HasErrors() {
			t.Errorf("%q was accepted", src)
		}
		if e, diags := ParseExpression([]byte(src), "x"); e != nil || !diags.HasErrors() {
			t.Errorf("%q was accepted", src)
		}
	}
}
