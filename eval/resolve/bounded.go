package resolve

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/diag"
)

// A recipe of a few lines can ask for more than any machine has: local values that double each other, lists
// within lists, an alias in YAML that stands for a million others. No count made beforehand finds all of these,
// and the HCL library does not let an evaluation be broken off. So the evaluation runs beside a watch, and
// where it goes beyond the bounds it is left to itself: whoever asked gets the error, and is about to end.

// budget is what one evaluation may take.
type budget struct {
	memory uint64        // in bytes, beyond what was in use before
	time   time.Duration // of one expression; fetching secrets does not count
}

func defaultBudget() budget { return budget{memory: 1 << 30, time: 30 * time.Second} }

// watchEvery is how often the watch looks. Go's allocator takes longer than this to fill the bound.
const watchEvery = 20 * time.Millisecond

// work is the expression that is being evaluated.
type work struct {
	rng   hcl.Range
	since time.Time
	done  bool
}

// working notes the expression at hand; the function returned ends it.
func (r *resolver) working(rng hcl.Range) (done func()) {
	before := r.current.Swap(&work{rng: rng, since: time.Now()})
	return func() {
		if before == nil || before.done {
			before = &work{rng: rng, done: true}
		}
		r.current.Store(before)
	}
}

// bounded runs an evaluation, and returns an error if it was left to itself. Nothing that the evaluation
// writes may be read then.
func (r *resolver) bounded(run func()) hcl.Diagnostics {
	return r.boundedUntil(nil, run)
}

// boundedUntil is bounded by the end of something else, too.
func (r *resolver) boundedUntil(end <-chan struct{}, run func()) hcl.Diagnostics {
	ended := make(chan any, 1)
	base := heap()
	go func() {
		defer func() {
			if v := recover(); v != nil {
				ended <- fault{v, debug.Stack()}
			}
			close(ended)
		}()
		run()
	}()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case v := <-ended:
			if v != nil {
				panic(v) // where the program expects it
			}
			return nil
		case <-end:
			return hcl.Diagnostics{r.breakOff(ended, diag.Errorf(diag.TooMuchWork, nil, "Interrupted", "The evaluation was broken off."))}
		case <-tick.C:
			if d := r.beyond(base); d != nil {
				return hcl.Diagnostics{r.breakOff(ended, d)}
			}
		}
	}
}

// fault is a panic of the evaluation, with the stack that it had there.
type fault struct {
	value any
	stack []byte
}

// String tells the fault.
func (f fault) String() string { return fmt.Sprint(f.value) }

// Stack is where it happened.
func (f fault) Stack() []byte { return f.stack }

// beyond tells what the evaluation takes too much of, nil if nothing.
func (r *resolver) beyond(base uint64) *hcl.Diagnostic {
	at := r.current.Load()
	var rng *hcl.Range
	if at != nil {
		rng = &at.rng
	}
	if at != nil && !at.done && time.Since(at.since) > r.budget.time {
		return diag.Errorf(diag.TooMuchWork, rng, "Too much to compute",
			"This expression is not done after %s. Nested for expressions and huge numbers are what takes long most often.", r.budget.time)
	}
	if heap() <= base+r.budget.memory {
		return nil
	}
	runtime.GC() // much of it may be garbage
	if heap() <= base+r.budget.memory {
		return nil
	}
	return diag.Errorf(diag.TooMuchWork, rng, "Too much to compute",
		"The values of this recipe take more than %d MiB of memory, and this is what is being evaluated. Values that double each other, for expressions within each other and aliases in YAML are what grows most often.", r.budget.memory>>20)
}

// The bounds on one value. Values share their parts, so that one which takes little memory may take for ever to go
// through, which whatever is done with it does.
const (
	maxParts = 1 << 20
	maxText  = 64 << 20 // bytes
)

// isLarge tells whether a value is out of bounds. It stops there, so that it takes little time itself.
func isLarge(v cty.Value) bool {
	parts, text := maxParts, maxText
	var within func(cty.Value) bool
	within = func(v cty.Value) bool {
		v, _ = v.Unmark()
		parts--
		switch {
		case v.IsNull() || !v.IsKnown():
		case v.Type() == cty.String:
			text -= len(v.AsString())
		case v.CanIterateElements():
			for it := v.ElementIterator(); it.Next(); {
				if _, el := it.Element(); !within(el) {
					return false
				}
			}
		}
		return parts >= 0 && text >= 0
	}
	return !within(v)
}

// heap is the number of bytes in use on the heap, garbage included.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
