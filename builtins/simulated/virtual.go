package simulated

import (
	"testing"
	"testing/synctest"
	"time"
)

// Virtually runs f in virtual time that begins now: whoever sleeps wakes as soon as nobody works, so that an hour takes
// no longer than what is done in it. It returns when f and all that f began have ended, and passes on a panic of f.
// What f waits for must happen within f: a channel from outside stops the clock.
//
// The clock is that of Go's own bubbles, which the standard library offers to tests alone: it asks for a testing.T. A
// zero one serves, and nothing else of package testing is used.
func Virtually(f func()) {
	now := time.Now()
	var panicked any
	synctest.Test(new(testing.T), func(*testing.T) {
		defer func() { panicked = recover() }()
		time.Sleep(time.Until(now)) // bubbles begin in the year 2000, and objects that were observed have dates
		f()
	})
	if panicked != nil {
		panic(panicked)
	}
}
