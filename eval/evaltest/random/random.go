// Package random runs property tests so that whoever runs them again sees the same.
//
// A property that is drawn anew at each run finds bugs in whoever's change happens to be tested. So the draws are
// the same at each run unless somebody asks for others: -rapid.seed=N or RAPID_SEED=N gives those of N, 0 new ones, and
// "make random" runs many new ones.
package random

import (
	"flag"
	"os"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// seed is what draws begin with where nobody asks for another one.
const seed = "1"

// fix sets the seed of rapid, once: what is set while another test draws would be a race.
var fix = sync.OnceFunc(func() {
	_, given := os.LookupEnv("RAPID_SEED")
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.seed" })
	if !given {
		_ = flag.Set("rapid.seed", seed) // rapid defines it, and it is a number
	}
})

// Check is rapid.Check.
func Check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	fix()
	rapid.Check(t, property)
}

// Seeds are n numbers for tests that draw without rapid, and as many times more as more checks are asked for than rapid's
// usual hundred. They begin with what the seed gives, others for each seed.
func Seeds(n int) []uint64 {
	fix()
	n = max(1, n*number("rapid.checks")/100)
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = uint64(number("rapid.seed"))<<20 + uint64(i)
	}
	return seeds
}

func number(name string) int {
	n, _ := strconv.Atoi(flag.Lookup(name).Value.String()) // rapid's flags are numbers
	return n
}
