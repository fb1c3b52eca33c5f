package gate

import "github.com/deployrecipe/recipe/builtins/proxy"

// blockSize is how many requests of each release a block of time has at least: of fewer nothing can be compared. It
// depends on how many there were and never on how they ended, as the test asks.
const blockSize = 10

// tally is the evidence of both releases' errors, as it comes in.
type tally struct {
	rate      float64 // allowed
	level     float64
	compares  bool // the old release has a part of the traffic, too
	all       pair
	block     pair
	above     evidence
	worseThan evidence
}

// pair is what both releases did in the same time.
type pair struct{ new, old proxy.Traffic }

func (p pair) add(more pair) pair { return pair{p.new.Add(more.new), p.old.Add(more.old)} }

// take brings in what happened since the last look.
func (t *tally) take(p pair) {
	t.all, t.block = t.all.add(p), t.block.add(p)
	t.above.above(t.rate, p.new.Errors, p.new.Requests)
	if t.block.new.Requests >= blockSize && t.block.old.Requests >= blockSize {
		t.worseThan.worse(t.block.new.Errors, t.block.new.Requests, t.block.old.Errors, t.block.old.Requests)
		t.block = pair{}
	}
}

// p is the p-value against the new release being as it should be: its errors within the allowed rate, or no more
// often than the old release's. Both have to be refuted, so the larger one counts (Berger's intersection-union test,
// Technometrics 24, 1982), which keeps the level without a correction.
func (t *tally) p() float64 {
	if !t.compares {
		return t.above.p()
	}
	return max(t.above.p(), t.worseThan.p())
}

// refuted tells whether the evidence is enough to refuse the release.
func (t *tally) refuted() bool { return t.p() <= t.level }

// within tells whether the errors that were seen are no more than allowed.
func (t *tally) within() bool {
	return float64(t.all.new.Errors) <= t.rate*float64(t.all.new.Requests)
}
