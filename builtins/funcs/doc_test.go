package funcs

import (
	"strings"
	"testing"
)

func TestSignature(t *testing.T) {
	want := map[string]string{
		"substr":     "substr(text, offset, length)",
		"max":        "max(numbers...)",
		"env":        "env(name, [default])",
		"timestamp":  "timestamp()",
		"formatlist": "formatlist(format, values...)",
	}
	for _, d := range All() {
		if w, ok := want[d.Name]; ok && d.Signature() != w {
			t.Errorf("%s, want %s", d.Signature(), w)
		}
		delete(want, d.Name)
	}
	for name := range want {
		t.Errorf("there is no %s", name)
	}
}

// Nothing is left out of what the reference page shows.
func TestDocumentation(t *testing.T) {
	for _, f := range List(Inputs{}) {
		params := len(f.Func.Params())
		if f.Func.VarParam() != nil {
			params++
		}
		if len(f.Params) != params {
			t.Errorf("%s: %d parameters are explained, and it has %d", f.Name, len(f.Params), params)
		}
		if f.Once && f.Func.VarParam() == nil {
			t.Errorf("%s: there is no parameter that may be left out", f.Name)
		}
	}
	for _, d := range All() {
		if d.Family == "" || d.Type == "" || !strings.HasSuffix(d.Text, ".") || len(d.Examples) == 0 {
			t.Errorf("%s: the documentation %+v is not complete", d.Name, d)
		}
		for _, p := range d.Params {
			if p.Name == "" || p.Text == "" || p.Type == "" || strings.ContainsAny(p.Name, " :") {
				t.Errorf("%s: the parameter %+v is not explained", d.Name, p)
			}
		}
		for _, x := range d.Examples {
			if !strings.Contains(x.Call, d.Name+"(") {
				t.Errorf("%s: the example %s does not call it", d.Name, x.Call)
			}
		}
	}
}
