package gate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// answers are times of a server whose answers take ms at the median, with a long tail.
func answers(r *rand.Rand, ms float64) int64 { return int64(ms * math.Exp(0.5*r.NormFloat64())) }

// p95 is what 95 of 100 of such answers keep within.
func p95(ms float64) float64 { return ms * math.Exp(0.5*1.6449) }

// play plays the answers of a stage, a look at a time, and tells after how many requests of the new release it was
// refused, 0 for never.
func (t tardiness) play(r *rand.Rand, weight, looks, perLook int, newMS, oldMS float64) int64 {
	t.level, t.compare = 0.001, weight < 100
	for range looks {
		var more times
		for range perLook {
			if r.IntN(100) < weight {
				more.new = append(more.new, answers(r, newMS))
			} else {
				more.old = append(more.old, answers(r, oldMS))
			}
		}
		if t.take(more); t.refuted() {
			return t.new.n
		}
	}
	return 0
}

// Of 10,000 stages of a release that is as fast as it should be, and no faster, at most one in a thousand is refused.
func TestFastStagesPass(t *testing.T) {
	for i, test := range []struct {
		name     string
		test     tardiness
		weight   int
		new, old float64
	}{
		{"as fast as the old one, by p95", tardiness{tail: 0.05, factor: 1}, 10, 50, 50},
		{"as fast as the old one, on average", tardiness{factor: 1}, 10, 50, 50},
		{"as fast as the old one, by p50", tardiness{tail: 0.5, factor: 1}, 50, 3, 3},
		{"half as long again, as it may be", tardiness{tail: 0.05, factor: 1.5}, 10, 75, 50},
		{"just within the bound, alone", tardiness{tail: 0.05, max: p95(50)}, 100, 50, 0},
		{"just within the bound on average, alone", tardiness{max: 50 * math.Exp(0.125)}, 100, 50, 0},
		{"beyond the bound as the old one is", tardiness{tail: 0.05, max: 60, factor: 1}, 10, 50, 50},
		{"beyond the bound on average as the old one is", tardiness{max: 30, factor: 1}, 10, 50, 50},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stages := 10_000
			if i > 1 {
				stages = 2000 // the rest is made of the same
			}
			r := rand.New(rand.NewPCG(1, 2))
			refused := 0
			for range stages {
				if test.test.play(r, test.weight, 10, 100, test.new, test.old) > 0 {
					refused++
				}
			}
			t.Logf("%d of %d good stages refused", refused, stages)
			if refused > stages/1000 {
				t.Errorf("%d of %d good stages were refused; the level is 0.001", refused, stages)
			}
		})
	}
}

// A release that is twice as slow is refused, and soon.
func TestSlowStagesAreRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		test   tardiness
		weight int
		within int64 // requests of the new release, in 99 of 100 stages
	}{
		{"p95 at 10% weight", tardiness{tail: 0.05, factor: 1.2}, 10, 200},
		{"p95 at 10% weight, with room for half as long again", tardiness{tail: 0.05, factor: 1.5}, 10, 600},
		{"the average at 10% weight", tardiness{factor: 1.5}, 10, 600},
		{"p95 by a bound at 10% weight", tardiness{tail: 0.05, max: p95(50)}, 10, 200},
		{"the average by a bound, alone", tardiness{max: 57}, 100, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(3, 4))
			late, last := 0, int64(0)
			for range 300 {
				at := test.test.play(r, test.weight, 200, 100, 100, 50)
				if last = max(last, at); at == 0 || at > test.within {
					late++
				}
			}
			t.Logf("the last after %d requests", last)
			if late > 3 {
				t.Errorf("%d of 300 slow stages were not refused within %d requests, the last after %d", late, test.within, last)
			}
		})
	}
}

// A histogram tells percentiles and the mean.
func TestHistogram(t *testing.T) {
	var h histogram
	for ms := range int64(100) {
		h.add(ms + 1)
	}
	if h.quantile(0.95) != 95 || h.quantile(0.999) != 100 || h.quantile(0.001) != 1 || h.mean() != 50.5 {
		t.Errorf("p95 %d, p99.9 %d, p0.1 %d, mean %v", h.quantile(0.95), h.quantile(0.999), h.quantile(0.001), h.mean())
	}
}
