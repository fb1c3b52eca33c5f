package render

import "testing"

func TestFold(t *testing.T) {
	t.Parallel()
	const text = "# ports need the shared proxy, and there is none on this engine"
	for _, test := range []struct {
		name   string
		width  int
		indent int
		text   string
		want   string
	}{
		{"no terminal", 0, 2, text, text},
		{"fits", 80, 2, text, text},
		{"two lines", 50, 4, text, "# ports need the shared proxy, and there is\n    none on this engine"},
		{"a word too long", 40, 10, "a 0123456789012345678901234567890123456789 b", "a\n          0123456789012345678901234567890123456789\n          b"},
		{"hardly any room", 40, 38, "one two three four five six", "one two three four\n" + "                                      five six"},
	} {
		if got := (Options{Width: test.width}).fold(test.text, test.indent); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
