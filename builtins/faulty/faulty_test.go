package faulty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
)

// Each fault does with a change, and with a question, what its comment says.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		made  bool // the change took effect
		fails error
		heard int // of the two volumes in a list
		takes time.Duration
	}{
		{fault: None, made: true, heard: 2},
		{fault: Error, fails: ErrInjected},
		{fault: Lost, made: true, fails: engine.ErrLost},
		{fault: Delay, made: true, heard: 2, takes: time.Second},
		{fault: Hang, fails: context.DeadlineExceeded, takes: time.Minute},
		{fault: Partial, made: true, fails: engine.ErrLost, heard: 1},
		{fault: Wrong},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				real := sim.New()
				for _, name := range []string{"one", "two"} {
					if err := real.CreateVolume(t.Context(), engine.VolumeSpec{Name: name}); err != nil {
						t.Fatal(err)
					}
				}
				e := Engine(real, &Faults{Kinds: []Fault{c.fault}, Rate: 1, Late: time.Second})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				heard, err := e.Volumes(ctx, nil)
				if took := time.Since(began); len(heard) != c.heard || !errors.Is(err, c.fails) || took != c.takes {
					t.Errorf("%d volumes are listed with %v after %s", len(heard), err, took)
				}
				err = e.RemoveVolume(ctx, "one")
				left, unheard := real.Volumes(t.Context(), nil)
				if made := len(left) == 1; made != c.made || !errors.Is(err, c.fails) || unheard != nil {
					t.Errorf("the volume is removed: %t, with %v", made, err)
				}
			})
		})
	}
}

// The same seed is the same accident, whatever the order of calls about different things, and another seed another one.
func TestSeeds(t *testing.T) {
	struck := func(seed uint64, order func([]int)) []string {
		f := &Faults{Seed: seed, Kinds: []Fault{Error}, Rate: 0.2}
		calls := make([]int, 200)
		for i := range calls {
			calls[i] = i
		}
		order(calls)
		for _, i := range calls {
			f.next(fmt.Sprint("call ", i))
		}
		all := f.Struck()
		slices.Sort(all)
		return all
	}
	same := func([]int) {}
	one := struck(1, same)
	if n := len(one); n < 20 || n > 60 {
		t.Errorf("of 200 calls %d went wrong, at a rate of 0.2", n)
	}
	if !slices.Equal(one, struck(1, slices.Reverse[[]int])) || slices.Equal(one, struck(2, same)) {
		t.Error("a seed does not decide what goes wrong")
	}
}
