package funcs

import "testing"

func TestSignature(t *testing.T) {
	want := map[string]string{
		"substr": "substr(str, offset, length)",
		"max":    "max(numbers...)",
		"try":    "try(expressions...)",
	}
	for _, d := range All() {
		if d.Family == "" || d.Text == "" || d.Type == "" || len(d.Examples) == 0 {
			t.Errorf("%s: the documentation %+v is not complete", d.Name, d)
		}
		if w, ok := want[d.Name]; ok && d.Signature() != w {
			t.Errorf("%s, want %s", d.Signature(), w)
		}
	}
}
