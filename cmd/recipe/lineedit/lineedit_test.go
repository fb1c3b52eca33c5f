package lineedit

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	r := Plain(strings.NewReader("one\r\n\ntwo"))
	for _, want := range []string{"one", "", "two"} {
		if got, err := r.ReadLine(t.Context(), "> "); got != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if _, err := r.ReadLine(t.Context(), "> "); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// Who is told to end does not wait for somebody to type.
func TestPlainEndsWithItsContext(t *testing.T) {
	silent, end := io.Pipe()
	defer end.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Plain(silent).ReadLine(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestListed(t *testing.T) {
	got := listed([]string{"a.one", "a.three", "a.two"}, "a.", 16)
	if want := "one    three  \ntwo    \n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
