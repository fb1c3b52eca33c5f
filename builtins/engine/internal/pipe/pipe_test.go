package pipe_test

import (
	"errors"
	"io"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine/internal/pipe"
)

func TestPipe(t *testing.T) {
	p := pipe.New()
	for range 100 { // nobody reads, and nothing blocks
		if _, err := io.WriteString(p, "0123456789"); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("broken")
	p.CloseWith(broken)
	p.CloseWith(nil) // the first end counts
	got, err := io.ReadAll(p)
	if len(got) != 1000 || !errors.Is(err, broken) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if _, err := io.WriteString(p, "x"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing after the end: %v", err)
	}
}
