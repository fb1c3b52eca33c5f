package gate

import (
	"math/rand/v2"
	"testing"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// stage plays the errors of a stage, a look at a time, and tells after how many requests of the new release it was
// refused, 0 for never.
func stage(r *rand.Rand, weight, looks, perLook int, newRate, oldRate, max float64) int64 {
	t := tally{rate: max, level: 0.001, compares: weight < 100}
	for range looks {
		var p pair
		for range perLook {
			to, rate := &p.old, oldRate
			if r.IntN(100) < weight {
				to, rate = &p.new, newRate
			}
			to.Requests++
			if r.Float64() < rate {
				to.Errors++
			}
		}
		if t.take(p); t.refuted() {
			return t.all.new.Requests
		}
	}
	return 0
}

// Of 10,000 stages of a release that is as it should be, at most one in a thousand is refused, whatever the weight,
// and whether it is good by the rate that is allowed or by the old release.
func TestGoodStagesPass(t *testing.T) {
	const stages = 10_000
	for _, test := range []struct {
		name              string
		weight            int
		new, old, allowed float64
	}{
		{"at the rate that is allowed, the old one without errors", 10, 0.01, 0, 0.01},
		{"as bad as the old one", 10, 0.05, 0.05, 0.01},
		{"as bad as the old one, half of the traffic", 50, 0.05, 0.05, 0.001},
		{"at the rate that is allowed, alone", 100, 0.01, 0, 0.01},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			refused := 0
			for range stages {
				if stage(r, test.weight, 30, 40, test.new, test.old, test.allowed) > 0 {
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

// A release of which 5% of the requests fail is refused, and soon.
func TestBadStagesAreRefused(t *testing.T) {
	for _, test := range []struct {
		name              string
		weight            int
		new, old, allowed float64
		within            int64 // requests of the new release, in 99 of 100 stages
	}{
		{"5% at 10% weight", 10, 0.05, 0, 0.01, 600},
		{"5% at 50% weight", 50, 0.05, 0.001, 0.01, 900},
		{"5% alone", 100, 0.05, 0, 0.01, 600},
		{"all of them", 10, 1, 0, 0.01, 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			late := 0
			for range 500 {
				if at := stage(r, test.weight, 400, 50, test.new, test.old, test.allowed); at == 0 || at > test.within {
					late++
				}
			}
			if late > 5 {
				t.Errorf("%d of 500 bad stages were not refused within %d requests", late, test.within)
			}
		})
	}
}

// What the numbers say by themselves.
func TestEvidence(t *testing.T) {
	two := func(newErrors, newRequests, oldErrors, oldRequests int64) pair {
		return pair{proxy.Traffic{Requests: newRequests, Errors: newErrors}, proxy.Traffic{Requests: oldRequests, Errors: oldErrors}}
	}
	for _, test := range []struct {
		name    string
		rate    float64
		p       pair
		refuted bool
	}{
		{"nothing", 0.01, two(0, 0, 0, 0), false},
		{"no errors", 0.01, two(0, 1000, 0, 9000), false},
		{"5% of 240", 0.01, two(12, 240, 0, 2130), true},
		{"5% of 240, as of the old one", 0.01, two(12, 240, 106, 2130), false},
		{"worse than the old one, and within what is allowed", 0.1, two(12, 240, 0, 2130), false},
		{"an error that may never be, and no better old one", 0, two(1, 240, 9, 2130), false},
		{"errors that may never be", 0, two(6, 240, 0, 2130), true},
		{"all fail", 0.01, two(50, 50, 50, 450), true},
		{"both fail all", 0.01, two(50, 50, 450, 450), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			tally := tally{rate: test.rate, level: 0.001, compares: true}
			tally.take(test.p)
			if tally.refuted() != test.refuted || tally.p() > 1 || tally.p() < 0 {
				t.Errorf("p = %v, above %v, worse %v", tally.p(), tally.above.p(), tally.worseThan.p())
			}
		})
	}
}
