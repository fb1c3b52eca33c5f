// Package simulated is a world in memory that recipes are planned and applied on: the played engine and the
// played edge, put together as a real engine and HAProxy are.
//
// Planning and the steps are the real ones. Only what they ask and change is played, in the time of package
// time: in a synctest bubble a canary of ten minutes takes none. An app is a sim.App, chosen by its image and
// environment; clients send requests through the edge to the containers behind it, and a request is lost as
// it would be in earnest: nothing listens, no server is ready, or the container ends while it has the request.
//
// Nothing here retries for a client, and the edge's checks are as late as real ones. So what the played proxy
// delivers, a real one, which tries another server when a connection is refused, does too.
//
// An apply on a World can be broken off at any of its moments: before or after any change of the engine, and
// within any change of the edge. Whatever it would do from then on has no effect, as after kill -9.
package simulated

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	proxysim "github.com/deployrecipe/recipe/builtins/proxy/sim"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/eval/target"
)

// checkLag is how long the edge takes to notice that a server went away: three checks, a second apart.
const checkLag = 3 * time.Second

// World is an engine with an edge. Its methods may be called by several goroutines; one recipe is applied at a
// time.
type World struct {
	Engine   *sim.Engine
	Edge     *proxysim.Edge
	Settings builtins.Settings
	// Volumes says that a destroy takes volumes too.
	Volumes bool
	// Part is the part of recipes that plans are about.
	Part target.Options
	// Judged has gates judge what is played; without it they pass as soon as they may, since whether a release is any
	// good no play can tell.
	Judged bool
	// Command plays the commands that gates run on the operator's machine: what they write and exit with. Nil is
	// nothing and 0.
	Command func(argv, env []string) (output string, code int)
	// Listeners are where other programs of the engine's machine listen.
	Listeners []netip.AddrPort
	// Through, when set, gives what planning and steps speak to in place of the engine and the edge.
	Through func(engine.Engine, proxy.Edge) (engine.Engine, proxy.Edge)

	apps func(engine.ContainerSpec) sim.App

	mu       sync.Mutex
	seen     map[netip.Addr]time.Time // when a server was last seen to listen
	recorded map[string]*state.Recorded
	inForce  map[string]world.InForce // on the edge, by recipe
	session  *session                 // of the apply that runs
	stir     chan struct{}            // closed at the next change that an apply makes
}

var _ kind.World = (*World)(nil)

// Options say what a World is like.
type Options struct {
	Settings builtins.Settings
	// App says what a container runs; nil for DefaultApp. It must not call the engine.
	App func(engine.ContainerSpec) sim.App
}

// DefaultApp listens after half a second, is healthy, and ends at once when it is told to. One of a job ends by itself,
// well, after two seconds.
func DefaultApp(c engine.ContainerSpec) sim.App {
	if a, err := addr.Parse(c.Labels[label.Addr]); err == nil && a.Kind == "job" {
		return sim.App{RunFor: 2 * time.Second}
	}
	return sim.App{Boot: 500 * time.Millisecond}
}

// New makes a World with an empty engine, whose registry has every image that is asked for.
func New(o Options) *World {
	w := &World{Engine: sim.New(), Settings: o.Settings, apps: o.App,
		seen: map[netip.Addr]time.Time{}, recorded: map[string]*state.Recorded{}, inForce: map[string]world.InForce{}, stir: make(chan struct{})}
	if w.apps == nil {
		w.apps = DefaultApp
	}
	if w.Settings.Edge == "" {
		w.Settings = builtins.Environment(func(string) (string, bool) { return "", false })
	}
	w.Engine.Stocked = true
	w.Engine.Play = w.play
	w.Engine.Fault = w.fault
	w.Edge = proxysim.New(proxysim.Hooks{
		Alive:   w.alive,
		Write:   func(string) error { return w.moment("write the edge's files", false) },
		Runtime: func(string) error { return w.moment("tell the edge's worker", false) },
	})
	return w
}

// Close ends all containers, so that no goroutine is left.
func (w *World) Close() { w.Engine.StopAll() }

// play gives containers their app; the edge is played elsewhere, and its container only runs.
func (w *World) play(spec engine.ContainerSpec) (sim.App, bool) {
	if spec.Name == w.Settings.Edge {
		return sim.App{}, true
	}
	return w.apps(spec), true
}

// alive is what the edge's checks say of a server: they begin with it up, and notice its end late.
func (w *World) alive(at netip.AddrPort) bool {
	_, err := w.Engine.Dial(at.Addr())
	w.mu.Lock()
	defer w.mu.Unlock()
	last, known := w.seen[at.Addr()]
	if err == nil || !known {
		w.seen[at.Addr()] = time.Now()
		return true
	}
	return time.Since(last) < checkLag
}

// List tells everything that belongs to a recipe, as builtins.World does for a real engine.
func (w *World) List(ctx context.Context, r state.Recipe) (*state.Observed, *state.Recorded, error) {
	observed, _, err := w.reader().List(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	recorded := w.recorded[r.Name]
	if recorded == nil {
		recorded = &state.Recorded{}
	}
	kept := *recorded
	kept.History = slices.Clone(kept.History)
	r.Moved.Apply(&state.Observed{}, &kept)
	return observed, &kept, nil
}

// Refine completes what List found.
func (w *World) Refine(ctx context.Context, o *state.Observed, d *state.Desired) error {
	err := w.reader().Refine(ctx, o, d)
	world.Facts(o).Listeners = w.Listeners // rather than what is seen of the machine that plays
	return err
}

// through are the engine and the edge that planning and steps speak to.
func (w *World) through() (engine.Engine, proxy.Edge) {
	if w.Through == nil {
		return w.Engine, edge{w.Edge, w}
	}
	return w.Through(w.Engine, edge{w.Edge, w})
}

func (w *World) reader() world.World {
	on, _ := w.through()
	r := builtins.World(on, w.Settings)
	r.ReadEdge = w.ReadEdge
	return r
}
