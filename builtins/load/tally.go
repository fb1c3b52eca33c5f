package load

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"time"
)

// unbounded, as the bound of tally.begin, lets an operation begin in any case.
const unbounded = 0

// tally counts; it is all that operations share beside the pool.
type tally struct {
	start time.Time
	width time.Duration // of a bucket
	keep  int           // failures kept in full

	mu      sync.Mutex
	ended   time.Time // zero while running
	flying  int       // operations in flight, endless streams apart
	lag     time.Duration
	closed  int // kept connections that the server closed while idle
	kinds   map[Kind]*Count
	failed  []Failure
	seen    map[string]time.Duration
	buckets []bucket
	latency histogram
}

type bucket struct {
	ok, failed int
	releases   map[string]int
	latency    histogram
}

func (t *tally) init(o Options) {
	t.start, t.width, t.keep = time.Now(), o.Bucket, o.Failures
	t.kinds = make(map[Kind]*Count)
	for _, kind := range Kinds() {
		t.kinds[kind] = new(Count)
	}
	t.seen = make(map[string]time.Duration)
}

// begin counts an operation, or skips it if bound others are in flight.
func (t *tally) begin(kind Kind, due time.Time, bound int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lag = max(t.lag, time.Since(due))
	count := t.kinds[kind]
	if bound != unbounded && t.flying >= bound {
		count.Skipped++
		return false
	}
	count.Attempted++
	count.InFlight++
	if kind != Endless {
		t.flying++
	}
	return true
}

// answered counts an answer of a release, whatever its status.
func (t *tally) answered(release string) {
	if release == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Since(t.start)
	if _, ok := t.seen[release]; !ok {
		t.seen[release] = now
	}
	b := t.bucketAt(now)
	if b.releases == nil {
		b.releases = make(map[string]int)
	}
	b.releases[release]++
}

func (t *tally) idleClosed(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed += n
}

// bucketAt returns the bucket of a moment; those before it exist as well, so
// that a gap in the traffic shows.
func (t *tally) bucketAt(at time.Duration) *bucket {
	i := int(at / t.width)
	for len(t.buckets) <= i {
		t.buckets = append(t.buckets, bucket{})
	}
	return &t.buckets[i]
}

// end gives the operation its verdict and its connection back.
func (o *op) end(err error) {
	latency := time.Since(o.due)
	failure := Failure{Kind: o.kind, Release: o.release}
	if err != nil {
		failure.Error = err.Error()
	}
	if o.conn != nil {
		failure.Got = string(o.conn.got)
	}
	o.letGo(err == nil && o.reusable)
	o.tally.judge(o.kind, failure, latency, func(count *Count, b *bucket) *int {
		switch {
		case err == nil:
			b.ok++
			return &count.OK
		case o.aborted(err):
			return &count.Aborted
		case errors.Is(err, errCut):
			return &count.Cut
		}
		b.failed++
		return &count.Failed
	})
}

// aborted tells whether err is our own doing: whoever runs the clients told
// them to break off, and nothing but that ended the operation.
func (o *op) aborted(err error) bool {
	return o.alive.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed))
}

// judge counts an operation where verdict says.
func (t *tally) judge(kind Kind, f Failure, latency time.Duration, verdict func(*Count, *bucket) *int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := t.kinds[kind]
	count.InFlight--
	if kind != Endless {
		t.flying--
	}
	f.At = time.Since(t.start)
	b := t.bucketAt(f.At)
	counter := verdict(count, b)
	*counter++
	switch {
	case counter == &count.Failed && len(t.failed) < t.keep:
		t.failed = append(t.failed, f)
	case counter == &count.OK && kind.quick():
		t.latency.add(latency)
		b.latency.add(latency)
	}
}

func (t *tally) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = time.Now()
}

// report copies all there is, so that it stays as it is while clients go on.
func (t *tally) report() Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	end := t.ended
	if end.IsZero() {
		end = time.Now()
	}
	r := Report{
		Start: t.start, Elapsed: end.Sub(t.start), Done: !t.ended.IsZero(),
		Kinds: make(map[Kind]Count), Releases: make(map[string]int),
		Failures: slices.Clone(t.failed), FirstSeen: maps.Clone(t.seen),
		Latency: t.latency.latency(), IdleClosed: t.closed, Lag: t.lag, Width: t.width,
	}
	for kind, count := range t.kinds {
		r.Kinds[kind] = *count
		r.Total.add(*count)
	}
	t.bucketAt(r.Elapsed)
	for i, b := range t.buckets {
		for release, n := range b.releases {
			r.Releases[release] += n
		}
		r.Timeline = append(r.Timeline, Bucket{
			At: time.Duration(i) * t.width, OK: b.ok, Failed: b.failed,
			Releases: maps.Clone(b.releases), Latency: b.latency.latency(),
		})
	}
	return r
}
