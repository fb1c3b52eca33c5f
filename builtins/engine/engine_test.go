package engine_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func TestPortError(t *testing.T) {
	err := fmt.Errorf("starting: %w", &engine.PortError{Address: "::", Port: 80})
	if !errors.Is(err, engine.ErrPortTaken) || errors.Is(err, engine.ErrConflict) {
		t.Errorf("%v is not ErrPortTaken alone", err)
	}
	if got, want := err.Error(), "starting: port [::]:80 of the engine's machine is taken by someone else"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A limit can be set and changed in place, and not lifted.
func TestCanBecome(t *testing.T) {
	set, more, none := engine.Limits{Memory: 1, CPUs: 1, PIDs: 1}, engine.Limits{Memory: 2, CPUs: 2, PIDs: 2}, engine.Limits{}
	for _, c := range []struct {
		from, to engine.Limits
		want     bool
	}{
		{none, set, true}, {set, more, true}, {more, set, true}, {none, none, true},
		{set, none, false}, {set, engine.Limits{Memory: 1, CPUs: 1}, false}, {set, engine.Limits{CPUs: 1, PIDs: 1}, false},
	} {
		if got := c.from.CanBecome(c.to); got != c.want {
			t.Errorf("%+v to %+v in place: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}
