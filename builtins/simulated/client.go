package simulated

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins/label"
	proxysim "github.com/deployrecipe/recipe/builtins/proxy/sim"
)

// ClientOptions say what a client asks for.
type ClientOptions struct {
	Port       int
	Host, Path string
	// Headers that are sent, by name in lower case.
	Headers map[string]string
	// Every is the time between two requests, 50 ms when zero.
	Every time.Duration
	// Calm, when set, is what that time grows to while nothing changes, so that an hour of waiting costs little. Whenever an
	// apply changes something, a request is sent at once.
	Calm time.Duration
	// Steady has that request sent a moment after the change, when all that happens at once has happened: otherwise it
	// falls between any two parts of it, now here, now there.
	Steady bool
	// Lasts is how long the n-th request takes on its server, n from 1; nil for DefaultLasts.
	Lasts func(n int) time.Duration
	// Seed of the draws by which the edge chooses a side.
	Seed uint64
}

// DefaultLasts is 20 ms for most requests and 2 s for one in ten.
func DefaultLasts(n int) time.Duration {
	if n%10 == 0 {
		return 2 * time.Second
	}
	return 20 * time.Millisecond
}

// Client sends requests until it is stopped, whatever becomes of those before, and never one twice.
type Client struct {
	world   *World
	options ClientOptions
	began   time.Time
	stop    chan struct{}
	running sync.WaitGroup

	mu     sync.Mutex
	report Report
}

// Report is what a client saw.
type Report struct {
	Requests int
	// Early are those that failed before the first one was answered: there was nothing to lose yet.
	Early int
	// Answered counts by the release that answered, as SERVICE/RELEASE.
	Answered map[string]int
	// Errors are those among them that their release answered with a status of 500 or above.
	Errors int
	Lost   []Loss
}

// Loss is a request that failed.
type Loss struct {
	At, Until time.Time // when it was sent, and when it failed
	Path, Why string
}

// String tells the loss in a line.
func (l Loss) String() string {
	return fmt.Sprintf("%s GET %s: %s", l.At.Format("15:04:05.000"), l.Path, l.Why)
}

// Client starts a client.
func (w *World) Client(o ClientOptions) *Client {
	if o.Every == 0 {
		o.Every = 50 * time.Millisecond
	}
	if o.Lasts == nil {
		o.Lasts = DefaultLasts
	}
	if o.Path == "" {
		o.Path = "/"
	}
	c := &Client{world: w, options: o, began: time.Now(), stop: make(chan struct{}), report: Report{Answered: map[string]int{}}}
	c.running.Go(c.run)
	return c
}

// Stop sends nothing more, waits for what was sent, and returns the report.
func (c *Client) Stop() Report {
	close(c.stop)
	c.running.Wait()
	return c.Report()
}

// Report is what was seen so far.
func (c *Client) Report() Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.report
	r.Answered, r.Lost = maps.Clone(r.Answered), slices.Clone(r.Lost)
	return r
}

// aside is off the beat of all else that happens, so that nothing happens at the very moment of a steady client's request.
const aside = time.Millisecond + 137*time.Nanosecond

func (c *Client) run() {
	draws := rand.New(rand.NewPCG(c.options.Seed, 0))
	pace := time.NewTimer(c.options.Every)
	defer pace.Stop()
	changed := time.Now()
	for n := 1; ; n++ {
		var stirred <-chan struct{}
		if c.options.Calm > 0 {
			stirred = c.world.stirred()
		}
		select {
		case <-pace.C:
		case <-stirred:
			if c.options.Steady {
				time.Sleep(aside)
			}
			changed = time.Now()
		case <-c.stop:
			return
		}
		pace.Reset(max(c.options.Every, min(c.options.Calm, time.Since(changed)/20)))
		draw, lasts := draws.IntN(100), c.options.Lasts(n)
		c.running.Go(func() {
			sent := time.Now()
			release, status, err := c.world.request(c.options, draw, lasts)
			c.note(sent, release, status, err)
		})
	}
}

func (c *Client) note(sent time.Time, release string, status int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Requests++
	if err == nil && status >= 500 {
		c.report.Errors++
	}
	switch {
	case err == nil:
		c.report.Answered[release]++
	case len(c.report.Answered) == 0:
		c.report.Early++
	default:
		c.report.Lost = append(c.report.Lost, Loss{At: sent, Until: time.Now(), Path: c.options.Path, Why: err.Error()})
	}
}

var (
	errNoEdge = errors.New("the edge does not run")
	errCut    = errors.New("its container ended while it had the request")
)

// request sends one request, and returns who answered it and how.
func (w *World) request(o ClientOptions, draw int, lasts time.Duration) (release string, status int, err error) {
	if !w.Engine.Running(w.Settings.Edge) {
		return "", 0, errNoEdge
	}
	conn, err := w.Edge.Open(proxysim.Request{Port: o.Port, Host: o.Host, Path: o.Path, Draw: draw, Headers: o.Headers})
	if err != nil {
		return "", 0, err
	}
	status = 502
	defer func() { conn.Close(status) }()
	peer, err := w.Engine.Dial(conn.Address.Addr())
	if err != nil {
		return "", status, fmt.Errorf("%s: %w", name(conn), err)
	}
	if has := peer.Labels[label.Release]; has != conn.Release {
		return "", status, fmt.Errorf("%s leads to %s, which is of release %s", name(conn), peer.Name, has)
	}
	timer := time.NewTimer(lasts * time.Duration(peer.Slow))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-peer.Gone:
		return "", status, fmt.Errorf("%s (%s): %w", name(conn), peer.Name, errCut)
	}
	status = peer.Answer()
	return conn.ID.Service + "/" + conn.Release, status, nil
}

func name(c *proxysim.Conn) string {
	return fmt.Sprintf("server %d on side %s of %s, release %s", c.ID.Slot, c.ID.Side, c.ID.Service, c.Release)
}

// Target tells which server would get a request and whether it would answer, without sending it.
func (w *World) Target(port int, host, path string, draw int) (proxysim.Target, error) {
	if !w.Engine.Running(w.Settings.Edge) {
		return proxysim.Target{}, errNoEdge
	}
	target, err := w.Edge.Route(proxysim.Request{Port: port, Host: host, Path: path, Draw: draw})
	if err == nil {
		_, err = w.Engine.Dial(target.Address.Addr())
	}
	return target, err
}
