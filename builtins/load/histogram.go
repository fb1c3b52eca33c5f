package load

import (
	"math/bits"
	"slices"
	"time"
)

// Latency sums up how long quick operations took (KeepAlive, Fresh, HTTP10,
// Post), from when each was due until its answer was whole. Failed operations
// have none. Percentiles are at most 1/32 above the true value, never below.
type Latency struct {
	Count         int
	P50, P99, Max time.Duration
}

// histogram counts microseconds in bins that are 1/32 of their value wide, so
// that a long run costs no more memory than a short one. The zero value is
// ready.
type histogram struct {
	bins map[uint16]int
	n    int
	max  time.Duration
}

func (h *histogram) add(d time.Duration) {
	if h.bins == nil {
		h.bins = make(map[uint16]int)
	}
	h.bins[binOf(d)]++
	h.n++
	h.max = max(h.max, d)
}

// binOf keeps the six leading bits of the microseconds, and their number.
func binOf(d time.Duration) uint16 {
	us := uint64(max(0, d.Microseconds()))
	shift := max(0, bits.Len64(us)-6)
	return uint16(shift)<<6 | uint16(us>>shift)
}

// topOf returns the end of a bin.
func topOf(bin uint16) time.Duration {
	return time.Duration(uint64(bin&63)+1) << (bin >> 6) * time.Microsecond
}

// latency returns what h has counted.
func (h *histogram) latency() Latency {
	return Latency{Count: h.n, P50: h.percentile(50), P99: h.percentile(99), Max: h.max}
}

func (h *histogram) percentile(p int) time.Duration {
	bins := make([]uint16, 0, len(h.bins))
	for bin := range h.bins {
		bins = append(bins, bin)
	}
	slices.Sort(bins)
	rank := (h.n*p + 99) / 100 // the smallest count that is p percent of all
	for _, bin := range bins {
		if rank -= h.bins[bin]; rank <= 0 {
			return min(topOf(bin), h.max)
		}
	}
	return 0
}
