package haproxy

import (
	"slices"
	"testing"
)

// As HAProxy 2.6.12 answers: an empty map gives an empty answer.
func TestAnswersIn(t *testing.T) {
	const info = "Name: HAProxy\nPid: 7\n\n"
	for said, want := range map[string][]string{
		"":   nil,
		info: nil,
		info + "\n" + "0x5 a b\n0x6 c d\n\n" + "\n" + "Unknown map identifier. Please use #<id> or <file>.\n\n": {
			"", "0x5 a b\n0x6 c d", "", "Unknown map identifier. Please use #<id> or <file>."},
		info + "0x5 a b\n\n" + info + "\n" + "proc.x: type=str value=<y>\n\n": {"0x5 a b", "", "proc.x: type=str value=<y>"},
	} {
		if got := answersIn(said); !slices.Equal(got, want) {
			t.Errorf("%q\ngives %q\nwant  %q", said, got, want)
		}
	}
}
