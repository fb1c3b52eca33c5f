package syntax

import (
	"bytes"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// seeds are small sources that between them have every construct the scan tells apart.
func seeds() []string {
	return []string{
		"",
		"a = 1\n",
		"service \"web\" {\n  image = image.web[each.key]\n  env = { A = \"${var.a}-${upper(\"b\")}\" }\n}\n",
		"a=<<EOT\n\n\n  x ${y}\n  EOT\n\n\n\nb=<<-EOT\n  %{ if x ~}\n y\n  %{ endif }\n  EOT\n",
		"# comment\n\n\n\n// another\n/* and\n\n\n one */ a = [\n1,\n\n\n2\n]\n",
		"a = {for k, v in x : k => !v &&\n-1 < 2 if v}\r\nb = x.*.y[0] ? 1e3 : 1.5e+2\r\n",
		"\xef\xbb\xbfa = 1",
		"a = 1e999999999",
		"a = (((((((((",
		"a = \"${\"${\"${",
		"{\"a\": [1, -2.5e3, \"${b}\", {\"//\": null}], \"c\": \"\\u0000\"}",
		"{\"a\": [[[{\"b\": \"${[[[\"",
		"a {\n\n\n}\nb { c = 1 }",
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, src []byte, asJSON bool) {
		name := "f.recipe.hcl"
		if asJSON {
			name = "f.recipe.json"
		}
		file, diags := Parse(src, name)
		if file == nil || file.HCL == nil || file.HCL.Body == nil {
			t.Fatal("no file")
		}
		if diags.HasErrors() != file.Broken {
			t.Fatalf("Broken = %v with %v", file.Broken, diags)
		}
		for _, d := range diags {
			if d.Subject != nil && d.Subject.Start.Byte > len(file.HCL.Bytes) {
				t.Errorf("%v lies outside the file", d)
			}
		}
	})
}

func FuzzFormat(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		const name = "f.recipe.hcl"
		once, diags := Format(src, name)
		if diags.HasErrors() {
			return
		}
		twice, diags := Format(once, name)
		if diags.HasErrors() {
			t.Fatalf("the formatted file is refused: %v\n%s", diags, once)
		}
		if !bytes.Equal(once, twice) {
			t.Fatalf("not idempotent:\n%q\n%q", once, twice)
		}
		clean, _ := clean(src, name)
		if got, want := words(once), words(clean); got != want {
			t.Fatalf("tokens changed:\n%q\n%q", want, got)
		}
	})
}

// words joins the tokens of a source, without white space.
func words(src []byte) string {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	var words [][]byte
	for _, tok := range tokens {
		if word := bytes.Join(bytes.Fields(tok.Bytes), nil); len(word) > 0 {
			words = append(words, word)
		}
	}
	return string(bytes.Join(words, []byte(" ")))
}
