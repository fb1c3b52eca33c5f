package fold

import "testing"

func TestWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		text         string
		room, indent int
		want         string
	}{
		{"fits", "one two", 7, 2, "one two"},
		{"two lines", "one two", 6, 2, "one\n  two"},
		{"a word too long", "a 0123456789 b", 5, 0, "a\n0123456789\nb"},
		{"wide characters", "日本 日本", 8, 1, "日本\n 日本"},
		{"spaces", "a  b", 9, 0, "a  b"},
		{"nothing", "", 9, 4, ""},
	} {
		if got := Words(test.text, test.room, test.indent); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "ａ": 2, "a\u200bb": 2} {
		if got := Columns(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}
