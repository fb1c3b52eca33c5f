// Package faulty wraps an engine and an edge so that their calls go wrong: with an error, late, never, half, or with an
// answer that is not true.
//
// Whoever tests draws what happens to a call from what the call is about and how often it was made, and from nothing
// that the order of goroutines decides: the same seed is the same accident in each run. What is not wrapped here, such
// as streams of standard input, passes through.
package faulty

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Fault is what goes wrong with a call.
type Fault string

// The faults.
const (
	None    Fault = ""
	Error   Fault = "error"   // it fails and has done nothing
	Lost    Fault = "lost"    // it is done, and its answer does not arrive
	Delay   Fault = "delay"   // it is done after Faults.Late
	Hang    Fault = "hang"    // it does not return until it is told to
	Partial Fault = "partial" // half of what is asked for comes, and then an error; a change is lost
	Wrong   Fault = "wrong"   // the answer is another one: a change that was not made, or nothing where something is
)

// Honest are the faults after which a caller knows that something went wrong, or has what it asked for.
func Honest() []Fault { return []Fault{Error, Lost, Delay, Hang, Partial} }

// ErrInjected is in the error of a call that was made to fail.
var ErrInjected = errors.New("injected fault")

// Faults decides what goes wrong.
type Faults struct {
	Seed  uint64
	Kinds []Fault
	// Rate is the share of the calls that go wrong, from 0 to 1.
	Rate float64
	// Late is how long a Delay lasts.
	Late time.Duration

	mu     sync.Mutex
	calls  map[string]int
	struck []string
}

// Struck tells what went wrong so far, in no certain order.
func (f *Faults) Struck() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.struck)
}

// next draws the fault of a call.
func (f *Faults) next(call string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[call]++
	if len(f.Kinds) == 0 {
		return None
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %d", f.Seed, call, f.calls[call])
	n := scatter(h.Sum64())
	if float64(n>>32)/(1<<32) >= f.Rate {
		return None
	}
	fault := f.Kinds[int(n&0xffffffff)%len(f.Kinds)]
	f.struck = append(f.struck, fmt.Sprintf("%s of %s, call %d", fault, call, f.calls[call]))
	return fault
}

// scatter spreads what FNV leaves close together: splitmix64's last steps, from Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators" (2014).
func scatter(n uint64) uint64 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// ask makes a call that has an answer; half is what of it arrives.
func ask[T any](ctx context.Context, f *Faults, call string, half func(T) T, real func() (T, error)) (answer T, err error) {
	var none T
	fault := f.next(call)
	switch fault {
	case Wrong:
		return none, nil
	case Delay:
		if err := f.wait(ctx); err != nil {
			return none, err
		}
	case Hang:
		<-ctx.Done()
		return none, fmt.Errorf("%s: %w", call, ctx.Err())
	case Error:
		return none, fmt.Errorf("%s: %w", call, ErrInjected)
	}
	answer, err = real()
	if err != nil || fault == None || fault == Delay {
		return answer, err
	}
	err = fmt.Errorf("%s: %w: %w", call, ErrInjected, engine.ErrLost)
	if fault == Partial && half != nil {
		return half(answer), err
	}
	return none, err
}

// change makes a call that has no answer but that it was done.
func change(ctx context.Context, f *Faults, call string, real func() error) error {
	_, err := ask(ctx, f, call, nil, func() (struct{}, error) { return struct{}{}, real() })
	return err
}

// missing is the untrue answer about one thing: that it is not there.
func missing[T any](ctx context.Context, f *Faults, call string, real func() (T, error)) (T, error) {
	answered := false
	answer, err := ask(ctx, f, call, nil, func() (T, error) { answered = true; return real() })
	if err == nil && !answered {
		err = fmt.Errorf("%s: %w", call, engine.ErrNotFound)
	}
	return answer, err
}

// first is half of a list.
func first[T any](list []T) []T { return list[:len(list)/2] }

func (f *Faults) wait(ctx context.Context) error {
	select {
	case <-time.After(f.Late):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
