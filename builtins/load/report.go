package load

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what became of everything. All times count from Start.
type Report struct {
	Start   time.Time
	Elapsed time.Duration // until the last operation ended, or until now
	Done    bool          // false in a snapshot of running clients

	Total    Count
	Kinds    map[Kind]Count // every kind has its entry
	Failures []Failure      // the first ones, Options.Failures at most

	Releases  map[string]int           // answers by X-Release, failed ones included
	FirstSeen map[string]time.Duration // when each release first answered
	Latency   Latency
	Width     time.Duration // of a bucket
	Timeline  []Bucket      // without gaps, from Start on

	// IdleClosed is how many kept connections the server closed while nothing
	// was in flight on them; that is no failure.
	IdleClosed int
	// Lag is by how much the latest operation began too late: a large one says
	// that this machine was too busy to keep the schedule.
	Lag time.Duration
}

// Count is what became of operations. Attempted is the sum of OK, Failed, Cut,
// Aborted and InFlight.
type Count struct {
	Attempted int
	OK        int
	Failed    int
	Cut       int // endless streams that outlived Options.Drain before they ended
	Aborted   int // broken off by the caller's context
	InFlight  int
	Skipped   int // not attempted: Options.Concurrency others were in flight
}

func (c *Count) add(d Count) {
	c.Attempted += d.Attempted
	c.OK += d.OK
	c.Failed += d.Failed
	c.Cut += d.Cut
	c.Aborted += d.Aborted
	c.InFlight += d.InFlight
	c.Skipped += d.Skipped
}

// Failure is an operation that was lost.
type Failure struct {
	At      time.Duration // when it was known
	Kind    Kind
	Release string // that had answered, if any had
	Error   string
	Got     string // the first bytes received, 200 at most
}

// String returns one line.
func (f Failure) String() string {
	s := fmt.Sprintf("%.3fs %s: %s", f.At.Seconds(), f.Kind, f.Error)
	if f.Release != "" {
		s += ", release " + f.Release
	}
	if f.Got != "" {
		s += fmt.Sprintf(", received %q", f.Got)
	}
	return s
}

// Bucket is a slice of the timeline: what was answered and what ended in it.
type Bucket struct {
	At         time.Duration // its beginning
	OK, Failed int           // operations that ended
	Releases   map[string]int
	Latency    Latency
}

// String returns a table of the kinds that were used, and the failures.
func (r Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "kind\tattempted\tok\tfailed\tcut\taborted\tskipped")
	row := func(name string, c Count) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", name, c.Attempted, c.OK, c.Failed, c.Cut, c.Aborted, c.Skipped)
	}
	for _, kind := range Kinds() {
		if c := r.Kinds[kind]; c.Attempted+c.Skipped > 0 {
			row(string(kind), c)
		}
	}
	row("total", r.Total)
	w.Flush()
	l := r.Latency
	fmt.Fprintf(&b, "latency p50 %s, p99 %s, max %s, of %d quick answers\n", l.P50, l.P99, l.Max, l.Count)
	for _, f := range r.Failures {
		fmt.Fprintln(&b, f)
	}
	if more := r.Total.Failed - len(r.Failures); more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	return b.String()
}
