// Package sim plays a container engine in memory.
//
// It keeps the contract of package engine, as the suite of enginetest shows, and with it the engine's less
// pleasant habits: a taken host port fails at start, volume labels are first-write-wins, addresses that were not
// fixed are handed out anew at each start. What runs in its containers is an App: how long it takes to boot
// and to stop, what it answers to a probe, when it fails.
//
// Time is that of package time. In a synctest bubble it is therefore virtual: a minute's boot takes no time and
// a run is the same each time. Every goroutine of a container ends with it, so a bubble can end once all
// containers are stopped (see StopAll).
package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Engine is a simulated engine. Its exported fields are set before it is used.
type Engine struct {
	// About is what Info tells.
	About engine.Info
	// Fault, when set, is asked before and after each call's effect; the error it returns is the call's.
	Fault func(Call) error
	// Delay, when set, is how long a call takes before its effect.
	Delay func(Call) time.Duration
	// Play, when set, is asked first what a container that starts runs; it must not call the engine.
	Play func(engine.ContainerSpec) (App, bool)
	// Stocked says that every reference leads to an image in its registry.
	Stocked bool

	mu         sync.Mutex
	serial     int
	containers map[string]*box // by id
	networks   map[string]*network
	volumes    map[string]*volume
	images     map[string]*image // by id
	registry   map[string]*image // by reference
	apps       map[string]App    // by reference or by the value of AppLabel
	foreign    []engine.Publish  // ports that others hold
	host       map[string]tree   // by path
	watchers   map[*watcher]bool
	calls      []Call
}

var _ engine.Engine = (*Engine)(nil)

// AppLabel names, on an image, the App that it holds: for images whose references are not known beforehand.
const AppLabel = "sim.app"

// New returns an engine with the networks that every engine has and nothing else.
func New() *Engine {
	e := &Engine{
		About: engine.Info{
			ID: "sim", Name: "sim", Version: "sim", API: "1.51", OS: "linux", Arch: "amd64",
			Memory: 16 << 30, CPUs: 4, StoreDriver: "overlay2", HostAddress: "localhost",
		},
		containers: map[string]*box{},
		networks:   map[string]*network{},
		volumes:    map[string]*volume{},
		images:     map[string]*image{},
		registry:   map[string]*image{},
		apps:       map[string]App{},
		host:       map[string]tree{},
		watchers:   map[*watcher]bool{},
	}
	for _, name := range []string{"bridge", "host", "none"} {
		n := &network{Network: engine.Network{ID: e.newID(name), Name: name, Driver: name, Created: time.Now()}}
		if name == "bridge" {
			n.Subnet = netip.MustParsePrefix("172.17.0.0/16")
			n.Gateway = n.Subnet.Addr().Next()
		}
		e.networks[name] = n
	}
	return e
}

// newID makes ids that look like an engine's and are the same in every run.
func (e *Engine) newID(kind string) string {
	for {
		e.serial++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, e.serial))
		id := hex.EncodeToString(sum[:])
		if e.containers[id] == nil && e.images["sha256:"+id] == nil { // an engine that stands as another one has some of its ids
			return id
		}
	}
}

// Call is one use of the engine.
type Call struct {
	At     time.Time
	Method string // of the contract, "StartContainer"
	Args   []any  // without the context
	Write  bool   // it may change something
	After  bool   // told to Fault alone: the effect has taken place
}

// Calls returns all calls so far, in their order.
func (e *Engine) Calls() []Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Call(nil), e.calls...)
}

// call wraps one call of the contract: it records it, lets time pass and faults happen.
func (e *Engine) call(ctx context.Context, write bool, method string, args []any, effect func() error) error {
	c := Call{At: time.Now(), Method: method, Args: args, Write: write}
	e.mu.Lock()
	e.calls = append(e.calls, c)
	e.mu.Unlock()
	if e.Delay != nil {
		if err := sleep(ctx, e.Delay(c)); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.Fault != nil {
		if err := e.Fault(c); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
	}
	if err := effect(); err != nil {
		return err
	}
	if e.Fault != nil {
		c.After = true
		if err := e.Fault(c); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
	}
	return nil
}

// change is call for an effect that holds the engine's lock.
func (e *Engine) change(ctx context.Context, method string, args []any, effect func() error) error {
	return e.call(ctx, true, method, args, func() error {
		e.mu.Lock()
		defer e.mu.Unlock()
		return effect()
	})
}

// read is change for calls that change nothing.
func (e *Engine) read(ctx context.Context, method string, args []any, effect func() error) error {
	return e.call(ctx, false, method, args, func() error {
		e.mu.Lock()
		defer e.mu.Unlock()
		return effect()
	})
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// carries reports whether an object's labels satisfy a selection; an empty value stands for any.
func carries(labels, selection map[string]string) bool {
	for name, want := range selection {
		if got, ok := labels[name]; !ok || want != "" && got != want {
			return false
		}
	}
	return true
}
