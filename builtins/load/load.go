// Package load drives an app with clients that never retry, and counts what
// becomes of every request.
//
// It is how a deploy is shown to lose nothing, so it must not forgive: Go's own
// client repeats a request when a reused connection dies, and most proxies and
// browsers do too, which hides just the failures that a careless switch causes.
// Here requests are written on the connection by hand, once.
//
// The loop is open: operations begin on a schedule, whatever became of those
// before them, and a latency counts from the moment the operation was due. Where
// the schedule cannot be kept (too many in flight), what was left out is counted
// as skipped, and how late the generator itself was is Report.Lag.
//
// What is a failure: no connection, an answer that is missing, broken off, not
// 2xx, without X-Release, or not what it must be, an echo that does not come, a
// connection that ends in the middle. What is none: a server that closes a
// keep-alive connection while nothing is in flight on it, seen before the next
// request is written. If it is seen only after, it is a failure.
//
// Every operation speaks to an app that answers as recipes/examples/hello does:
// /release, /echo, /slow, /stream and /ws. Only 127.0.0.1 is ever aimed at, at a
// bounded rate, for a bounded time.
package load

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Clients are running. Their methods are safe for concurrent use.
type Clients struct {
	options Options
	target  target
	pool    pool
	tally   tally

	going  context.Context // done: begin nothing new
	stop   context.CancelFunc
	alive  context.Context // done: break off what is in flight
	joined sync.WaitGroup
	ended  chan struct{}
}

// Run runs clients for options.Duration and returns once the last operation
// has ended. Done earlier, ctx breaks off what is in flight, which is counted
// as aborted. The error is about the options; failures are in the report.
func Run(ctx context.Context, options Options) (*Report, error) {
	c, err := Start(ctx, options)
	if err != nil {
		return nil, err
	}
	return c.Wait(), nil
}

// Start starts clients, as Run does, and returns at once.
func Start(ctx context.Context, options Options) (*Clients, error) {
	target, err := options.complete()
	if err != nil {
		return nil, err
	}
	c := &Clients{options: options, target: target, ended: make(chan struct{})}
	c.pool.size = options.KeepAlive
	c.tally.init(options)
	alive, abort := context.WithCancel(context.Background())
	c.alive = alive
	c.going, c.stop = context.WithTimeout(alive, options.Duration)
	forget := context.AfterFunc(ctx, abort)
	for range options.Endless {
		c.joined.Go(c.keepStreaming)
	}
	c.joined.Go(c.schedule)
	go func() {
		c.joined.Wait()
		c.pool.close()
		c.tally.finish()
		forget()
		abort()
		close(c.ended)
	}()
	return c, nil
}

// Stop lets nothing new begin; what is in flight ends as it would.
func (c *Clients) Stop() { c.stop() }

// Wait returns the report once every operation has ended.
func (c *Clients) Wait() *Report {
	<-c.ended
	r := c.Snapshot()
	return &r
}

// Snapshot returns the report as of now. Operations still under way are counted
// as attempted and in flight.
func (c *Clients) Snapshot() Report { return c.tally.report() }

// schedule begins the operation number i at i/Rate seconds.
func (c *Clients) schedule() {
	draw := rand.New(rand.NewPCG(c.options.Seed, 0))
	for i := 0; ; i++ {
		due := c.tally.start.Add(time.Duration(float64(i) / c.options.Rate * float64(time.Second)))
		if !sleep(c.going, time.Until(due)) {
			return
		}
		o := &op{Clients: c, kind: c.options.Mix.pick(draw), due: due}
		if c.tally.begin(o.kind, due, c.options.Concurrency) {
			c.joined.Go(func() { o.end(o.run()) })
		}
	}
}

// keepStreaming holds one endless stream, and opens the next where it ends.
func (c *Clients) keepStreaming() {
	const pause = 200 * time.Millisecond // lest a dead server be hammered
	for more := true; more; more = sleep(c.going, pause) {
		o := &op{Clients: c, kind: Endless, due: time.Now()}
		c.tally.begin(o.kind, o.due, unbounded)
		o.end(o.run())
	}
}

// sleep waits for d, and tells whether ctx allows to go on.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
