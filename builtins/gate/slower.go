package gate

import (
	"maps"
	"math"
	"slices"
	"sort"
)

// How fast two releases answer is compared by e-processes as errors are (see evidence.go), in two ways.
//
// By a percentile: in a block of time the answers of both are put in one order, and those above its percentile are
// counted on either side. Given how many each had and how many are above, the number of the new one's follows the
// hypergeometric distribution where both are alike: Mood's median test (Introduction to the Theory of Statistics, 1950)
// at another quantile, with the evidence of evidence.worse, block by block. A new release that may be slower by a factor
// is compared with the old one's times multiplied by it.
//
// By the average: each answer of the new release is put among some of the old one's. Where all are alike each of them is
// as likely to be the new one's, so a power of its time, divided by the mean of theirs, is expected to be 1: an e-value
// for any power (V. Vovk and R. Wang, E-values, Annals of Statistics 49, 2021). Against a fixed bound of the mean, for
// times that are not negative, the factors 1 + λ(time/bound - 1) are expected to be at most 1 (I. Waudby-Smith and A.
// Ramdas, Estimating means of bounded random variables by betting, JRSS B 86, 2024).

// times are the answers of both releases in the same time, in milliseconds.
type times struct{ new, old []int64 }

// enough tells whether a block can be judged: by how many there are, never by how long they took.
func (t times) enough(tail float64) bool {
	return len(t.new) >= blockSize && len(t.old) >= blockSize && float64(len(t.new)+len(t.old))*tail >= 1
}

// tardiness is the evidence that the new release is slower than it may be.
type tardiness struct {
	tail    float64 // the part that may be slower than the percentile; 0 for the average
	max     float64 // in milliseconds, 0 for no bound
	factor  float64 // of the old release's, 0 for no comparison
	level   float64
	compare bool // the old release has a part of the traffic, too

	new, old histogram
	block    times

	above     evidence // against the bound
	worseThan evidence // against the old release being as slow by the bound
	slower    evidence // against the old release's, multiplied by factor
}

// take brings in what was answered since the last look.
func (t *tardiness) take(more times) {
	for _, ms := range more.new {
		t.new.add(ms)
	}
	t.bound(more.new)
	for _, ms := range more.old {
		t.old.add(ms)
	}
	t.block.new, t.block.old = append(t.block.new, more.new...), append(t.block.old, more.old...)
	tail := t.tail
	if tail == 0 {
		tail = 1
	}
	if !t.block.enough(tail) {
		return
	}
	if t.tail > 0 {
		t.quantiles()
	} else {
		t.averages()
	}
	t.block = times{}
}

// bound takes answers as evidence against what is slower than the bound.
func (t *tardiness) bound(ms []int64) {
	switch {
	case t.max == 0 || len(ms) == 0:
	case t.tail > 0:
		t.above.above(t.tail, beyond(ms, t.max), int64(len(ms)))
	default:
		t.above.take(func(o float64) float64 {
			sum := 0.0
			for _, one := range ms {
				sum += math.Log(1 + (1-1/o)*(float64(one)/t.max-1))
			}
			return sum
		})
	}
}

// quantiles judges a block by a percentile.
func (t *tardiness) quantiles() {
	b := t.block
	if t.max > 0 {
		t.worseThan.worse(beyond(b.new, t.max), int64(len(b.new)), beyond(b.old, t.max), int64(len(b.old)))
	}
	if t.factor == 0 {
		return
	}
	old := scaled(b.old, t.factor)
	all := slices.Clone(old)
	for _, ms := range b.new {
		all = append(all, float64(ms))
	}
	slices.Sort(all)
	bound := cut(all, t.tail)
	slow := int64(0)
	for _, ms := range old {
		if ms > bound {
			slow++
		}
	}
	t.slower.worse(beyond(b.new, bound), int64(len(b.new)), slow, int64(len(b.old)))
}

// cut finds a bound with as nearly a part of sorted times above it as there can be: many may be equal.
func cut(sorted []float64, part float64) float64 {
	wanted := int(float64(len(sorted)) * part)
	at := sorted[len(sorted)-1-wanted]
	first := sort.SearchFloat64s(sorted, at)
	after := first
	for after < len(sorted) && sorted[after] == at {
		after++
	}
	if above, from := len(sorted)-after, len(sorted)-first; wanted-above >= from-wanted && first > 0 {
		return sorted[first-1]
	}
	return at
}

// averages judges a block by its answers' times.
func (t *tardiness) averages() {
	for _, c := range []struct {
		on     bool
		factor float64
		to     *evidence
	}{{t.max > 0, 1, &t.worseThan}, {t.factor > 0, t.factor, &t.slower}} {
		if !c.on {
			continue
		}
		c.to.among(scaled(t.block.new, 1), scaled(t.block.old, c.factor))
	}
}

// scaled are times multiplied by a factor. The proxy cuts fractions of a millisecond off, so each counts as one more.
func scaled(ms []int64, factor float64) []float64 {
	all := make([]float64, len(ms))
	for i := range ms {
		all[i] = (float64(ms[i]) + 1) * factor
	}
	return all
}

// beyond counts what is above a bound.
func beyond(ms []int64, bound float64) int64 {
	n := int64(0)
	for _, one := range ms {
		if float64(one) > bound {
			n++
		}
	}
	return n
}

// among takes in times, each among others of its own, all above 0, as evidence against their being no longer.
func (e *evidence) among(times, others []float64) {
	size := max(1, len(others)/len(times))
	e.take(func(o float64) float64 {
		sum, power := 0.0, math.Log(o)
		for i, one := range times {
			if (i+1)*size > len(others) {
				break
			}
			mean := 1.0 // of the powers, the one itself being 1
			for _, other := range others[i*size : (i+1)*size] {
				mean += math.Pow(other/one, power)
			}
			sum -= math.Log(mean / float64(size+1))
		}
		return sum
	})
}

// p is the p-value against the new release being as fast as it should be, by either measure.
func (t *tardiness) p() float64 {
	bound, slower := 1.0, 1.0
	if t.max > 0 && t.of(&t.new) > t.max {
		if bound = t.above.p(); t.compare {
			bound = max(bound, t.worseThan.p())
		}
	}
	if t.factor > 0 && t.compare && t.of(&t.new) > t.factor*t.of(&t.old) {
		slower = t.slower.p()
	}
	if t.max > 0 && t.factor > 0 {
		return min(1, 2*min(bound, slower))
	}
	return min(bound, slower)
}

// refuted tells whether the evidence is enough to refuse the release.
func (t *tardiness) refuted() bool { return t.p() <= t.level }

// within tells whether what was seen is as fast as it should be.
func (t *tardiness) within() bool {
	is := t.of(&t.new)
	return (t.max == 0 || is <= t.max) && (t.factor == 0 || !t.compare || is <= t.factor*(t.of(&t.old)+1))
}

// of is the percentile or the average, in milliseconds.
func (t *tardiness) of(h *histogram) float64 {
	if t.tail > 0 {
		return float64(h.quantile(1 - t.tail))
	}
	return h.mean()
}

// histogram counts times by their milliseconds.
type histogram struct {
	by    map[int64]int64
	n     int64
	total int64
}

func (h *histogram) add(ms int64) {
	if h.by == nil {
		h.by = map[int64]int64{}
	}
	h.by[ms]++
	h.n++
	h.total += ms
}

func (h *histogram) mean() float64 {
	if h.n == 0 {
		return 0
	}
	return float64(h.total) / float64(h.n)
}

// quantile is the smallest time that at least a part of all does not exceed.
func (h *histogram) quantile(part float64) int64 {
	seen := int64(0)
	for _, ms := range slices.Sorted(maps.Keys(h.by)) {
		if seen += h.by[ms]; float64(seen) >= part*float64(h.n) {
			return ms
		}
	}
	return 0
}
