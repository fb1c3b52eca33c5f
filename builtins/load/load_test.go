package load

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// short are options for runs of tests.
func short(url string, mix Mix) Options {
	return Options{URL: url, Mix: mix, Rate: 100, Duration: 500 * time.Millisecond, Timeout: 5 * time.Second,
		Dribble: 100 * time.Millisecond, Slow: 100 * time.Millisecond, Hold: 100 * time.Millisecond}
}

func run(t *testing.T, o Options) *Report {
	t.Helper()
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Total; c.Attempted != c.OK+c.Failed+c.Cut+c.Aborted || c.InFlight != 0 {
		t.Errorf("the counts do not add up: %+v", c)
	}
	return r
}

func TestEveryKindIsServed(t *testing.T) {
	o := short(serveApp(t, "one").URL, nil)
	o.TCP = listen(t, func(c net.Conn, _ *bufio.Reader, _ int) { io.Copy(c, c) })
	o.Rate, o.Duration, o.Endless = 300, time.Second, 2
	r := run(t, o)
	if r.Total.Failed+r.Total.Cut+r.Total.Aborted+r.Total.Skipped > 0 {
		t.Errorf("a good app was found wanting:\n%s", r)
	}
	for _, kind := range Kinds() {
		if r.Kinds[kind].OK == 0 {
			t.Errorf("%s was never served", kind)
		}
	}
	if r.Kinds[Endless].Attempted != 2 {
		t.Errorf("endless streams were opened %d times", r.Kinds[Endless].Attempted)
	}
	if n := r.Total.Attempted; n < 290 || n > 310 {
		t.Errorf("%d operations at 300 a second", n)
	}
	if got := r.Releases["one"]; got != r.Total.OK-r.Kinds[TCP].OK {
		t.Errorf("%d answers of the release, %d operations that have one", got, r.Total.OK-r.Kinds[TCP].OK)
	}
	if !r.Done || r.Latency.Count == 0 || r.Latency.P50 > r.Latency.P99 || r.Latency.P99 > r.Latency.Max || r.Latency.Max > 2*time.Second {
		t.Errorf("done %t, latency %+v", r.Done, r.Latency)
	}
}

// A server that closes kept connections while they are idle, without having
// said so, is within its right.
func TestEveryRequestHasTheHeader(t *testing.T) {
	var with, without atomic.Int64
	serve := app("one")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Canary") == "1" {
			with.Add(1)
		} else {
			without.Add(1)
		}
		serve.ServeHTTP(w, r)
	}))
	defer s.Close()
	o := short(s.URL, nil)
	o.Header = "X-Canary: 1"
	if r := run(t, o); r.Total.Failed > 0 || with.Load() == 0 || without.Load() > 0 {
		t.Errorf("%d requests with the header, %d without\n%s", with.Load(), without.Load(), r)
	}
}

func TestIdleCloseIsNoFailure(t *testing.T) {
	address := listen(t, func(c net.Conn, r *bufio.Reader, _ int) { answerOne(c, r) })
	o := short("http://"+address, Mix{KeepAlive: 1})
	o.KeepAlive, o.Rate = 1, 20
	r := run(t, o)
	if r.Total.Failed > 0 || r.IdleClosed < r.Total.OK/2 {
		t.Errorf("%d idle closes\n%s", r.IdleClosed, r)
	}
}

func TestKeptConnectionsTakeTurns(t *testing.T) {
	var connections atomic.Int64
	address := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
		connections.Add(1)
		for answerOne(c, r) {
		}
	})
	o := short("http://"+address, Mix{KeepAlive: 1})
	o.KeepAlive = 4
	if r := run(t, o); r.Total.Failed > 0 || r.IdleClosed > 0 || connections.Load() < 4 || connections.Load() > 10 {
		t.Errorf("%d connections for 4 to keep\n%s", connections.Load(), r)
	}
}

func TestTimelineShowsHowTrafficMoved(t *testing.T) {
	one, two := app("one"), app("two")
	var current atomicHandler
	current.Store(&one)
	s := current.serve(t)
	time.AfterFunc(250*time.Millisecond, func() { current.Store(&two) })
	o := short(s.URL, Mix{KeepAlive: 1})
	o.Bucket = 50 * time.Millisecond
	r := run(t, o)
	if first := r.FirstSeen["two"]; first < 240*time.Millisecond || r.FirstSeen["one"] > first {
		t.Errorf("first seen: %v", r.FirstSeen)
	}
	if b := r.Timeline[1]; b.At != o.Bucket || b.Releases["one"] == 0 || b.Releases["two"] != 0 || b.Latency.Count != b.OK {
		t.Errorf("the second bucket is %+v", b)
	}
	ok := 0
	for _, b := range r.Timeline {
		ok += b.OK
	}
	if ok != r.Total.OK || r.Releases["one"]+r.Releases["two"] != ok {
		t.Errorf("%d in the timeline, releases %v\n%s", ok, r.Releases, r)
	}
}

func TestSkippedIsCounted(t *testing.T) {
	o := short(serveApp(t, "one").URL, Mix{SlowGet: 1})
	o.Concurrency, o.Slow = 3, 400*time.Millisecond
	r := run(t, o)
	if r.Total.Failed > 0 || r.Total.Skipped < 30 || r.Total.Attempted > 6 {
		t.Errorf("\n%s", r)
	}
}

func TestStopEndsInGoodOrder(t *testing.T) {
	o := short(serveApp(t, "one").URL, nil)
	o.Duration, o.Endless = time.Minute, 1
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if r := c.Snapshot(); r.Done || r.Total.Attempted == 0 || r.Kinds[Endless].InFlight != 1 {
		t.Errorf("a snapshot: done %t\n%s", r.Done, r)
	}
	c.Stop()
	if r := c.Wait(); r.Total.Failed+r.Total.Aborted+r.Total.Cut > 0 || r.Elapsed > 5*time.Second {
		t.Errorf("after %s\n%s", r.Elapsed, r)
	}
}

func TestBrokenOffIsAborted(t *testing.T) {
	o := short(serveApp(t, "one").URL, Mix{SlowGet: 1, SlowPost: 1, WebSocket: 1})
	o.Slow, o.Hold, o.Dribble, o.Endless, o.Duration = time.Minute, time.Minute, time.Minute, 1, time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	r, err := Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Total.Aborted != r.Total.Attempted || r.Total.Aborted < 10 || r.Elapsed > 5*time.Second {
		t.Errorf("after %s\n%s", r.Elapsed, r)
	}
}

func TestMixIsDeterministic(t *testing.T) {
	draw := func(seed uint64) (kinds []Kind) {
		d := rand.New(rand.NewPCG(seed, 0))
		for range 1000 {
			kinds = append(kinds, DefaultMix(true).pick(d))
		}
		return kinds
	}
	a := draw(1)
	if !slices.Equal(a, draw(1)) {
		t.Error("one seed, two sequences")
	}
	if slices.Equal(a, draw(2)) {
		t.Error("two seeds, one sequence")
	}
	kept := 0
	for _, kind := range a {
		if kind == KeepAlive {
			kept++
		}
	}
	if kept < 430 || kept > 570 {
		t.Errorf("%d of 1000 are kept, want about half", kept)
	}
}

func TestOptionsAreRefused(t *testing.T) {
	good := Options{URL: "http://127.0.0.1:1", Rate: 1, Duration: time.Second}
	for _, c := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.URL = "http://10.0.0.1:80" }, `127.0.0.1 only, not on "10.0.0.1"`},
		{func(o *Options) { o.URL = "http://localhost:80" }, "127.0.0.1 only"},
		{func(o *Options) { o.URL = "http://127.0.0.1@example.com" }, "must be like"},
		{func(o *Options) { o.URL = "ftp://127.0.0.1" }, "must be like"},
		{func(o *Options) { o.URL = "http://127.0.0.1/path" }, "must be like"},
		{func(o *Options) { o.URL = "" }, "must be like"},
		{func(o *Options) { o.TCP = "example.com:1" }, "127.0.0.1 only"},
		{func(o *Options) { o.Mix = Mix{TCP: 1} }, "no address"},
		{func(o *Options) { o.Rate = 0 }, "the rate"},
		{func(o *Options) { o.Rate = MaxRate + 1 }, "the rate"},
		{func(o *Options) { o.Duration = 0 }, "the duration"},
		{func(o *Options) { o.Duration = 2 * MaxDuration }, "the duration"},
		{func(o *Options) { o.Bucket = 1 }, "too narrow"},
		{func(o *Options) { o.Header = "X-A: 1\r\nX-B: 2" }, "one line"},
		{func(o *Options) { o.Endless = -1 }, "negative"},
		{func(o *Options) { o.Hold = -1 }, "negative"},
		{func(o *Options) { o.Mix = Mix{"posts": 1} }, `no kind of load "posts"`},
		{func(o *Options) { o.Mix = Mix{Fresh: -1} }, "negative"},
		{func(o *Options) { o.Mix = Mix{Fresh: 0} }, "no kind a share"},
		{func(o *Options) { o.Mix = Mix{Endless: 1} }, "pile up"},
	} {
		o := good
		c.change(&o)
		if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want %q", err, c.want)
		}
	}
}

func TestPercentiles(t *testing.T) {
	var h histogram
	if l := h.latency(); l != (Latency{}) {
		t.Errorf("of nothing: %+v", l)
	}
	for ms := 1; ms <= 1000; ms++ {
		h.add(time.Duration(ms) * time.Millisecond)
	}
	l := h.latency()
	for _, c := range []struct{ got, want time.Duration }{{l.P50, 500 * time.Millisecond}, {l.P99, 990 * time.Millisecond}} {
		if c.got < c.want || c.got > c.want+c.want/32 {
			t.Errorf("got %s, want %s or 1/32 more", c.got, c.want)
		}
	}
	if l.Count != 1000 || l.Max != time.Second {
		t.Errorf("%+v", l)
	}
}
