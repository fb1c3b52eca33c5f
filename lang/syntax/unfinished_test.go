package syntax

import "testing"

func TestUnfinished(t *testing.T) {
	for src, want := range map[string]bool{
		"":               false,
		"1 + 1":          false,
		"[1, 2":          true,
		"[1, 2\n]":       false,
		"f({ a = [":      true,
		"f({ a = [] })":  false,
		"\"a ${":         true,
		"\"a":            false,
		"[\"a":           false, // the text ends with its line, so this is wrong by now
		"<<E":            true,
		"<<E\n[(\n":      true,
		"<<E\n[(\nE\n":   false,
		"]":              false,
		"] [":            false,
		"\"[\"":          false,
		"# [":            false,
		"{for k, v in a": true,
	} {
		if got := Unfinished([]byte(src)); got != want {
			t.Errorf("%q: %v", src, got)
		}
	}
}

func TestOneLine(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"  string ", "string"},
		{"[\n  1,\n  2,\n]", "[1, 2]"},
		{"object({\n  a = string\n\n  b = optional(number, 1)\n})", "object({ a = string, b = optional(number, 1) })"},
		{"{\n  a = 1,\n  b =\n  2\n}", "{ a = 1, b = 2 }"},
		{"f(\n  a +\n  b\n)", "f(a + b)"},
		{"{\n  for k, v in x :\n  k => v\n  if v\n}", "{ for k, v in x : k => v if v }"},
		{"\"${\na\n}\"", "\"${a}\""},
		{"{ a=1 }", "{ a=1 }"},
	} {
		got, ok := OneLine([]byte(tt.in))
		if !ok || got != tt.want {
			t.Errorf("%q: got %q %v, want %q", tt.in, got, ok, tt.want)
		}
	}
	for _, in := range []string{"[ # one\n1]", "<<E\na\nE\n", "a @ b"} {
		if got, ok := OneLine([]byte(in)); ok {
			t.Errorf("%q: became %q", in, got)
		}
	}
}
