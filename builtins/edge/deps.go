package edge

import (
	"context"
	"errors"
	"sync"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Deps are what the steps work on.
type Deps struct {
	Engine engine.Engine
	// Host is the edge's files and sockets; nil for an edge that has none, as the simulator's.
	Host haproxy.Host
	// Edge is the proxy. Nothing is asked of it before it runs.
	Edge proxy.Edge
	// Machine tells what a new edge can have of the engine's machine; nil where Host is.
	Machine func(context.Context) (helper.Machine, error)
}

// For are the dependencies of an edge that a helper's session reaches: host says whether both use the network
// of the engine's machine.
func For(e engine.Engine, s Session, name string, host bool) Deps {
	h := &Host{Session: s, Engine: e, Edge: name, Network: host}
	return Deps{Engine: e, Host: h, Edge: haproxy.New(h, haproxy.Options{}), Machine: s.Machine}
}

// Doers carry out the steps of one apply.
func Doers(d Deps) map[plan.Op]kind.Doer {
	w := &worker{Deps: d}
	return map[plan.Op]kind.Doer{
		OpEnsure:  doer(w.ensureStep),
		OpCertify: doer(w.certify),
		OpPrepare: doer(w.prepare),
		OpShift:   doer(w.shift),
		OpHold:    doer(w.hold),
		OpDrain:   doer(w.drain),
		OpRoutes:  doer(w.routes),
		OpStand:   doer(w.stand),
		OpDrop:    doer(w.drop),
		OpReset:   doer(w.reset),
		OpPause:   doer(w.pause),
		OpRemove:  doer(w.remove),

		OpMaintenance: doer(w.maintenance),
	}
}

// worker carries out steps, several at once.
type worker struct {
	Deps
	mu      sync.Mutex
	ensured *EnsureConfig // what this apply has ensured
}

// doer lets a function carry a step out, one that may report whoever listens.
func doer[Config any](do func(context.Context, Config, kind.Inputs) (kind.Outputs, error)) kind.Doer {
	return kind.DoerOf(func(ctx context.Context, config Config, in kind.Inputs) (kind.Outputs, error) {
		if in.Report == nil {
			in.Report = func(string) {}
		}
		return do(ctx, config, in)
	})
}

// update changes a recipe's site. An edge that this apply has ensured may be gone again: its last recipe was
// removed in the moment before ours stood in its files.
func (w *worker) update(ctx context.Context, recipe string, change func(*proxy.Site) error) error {
	_, err := w.Edge.Update(ctx, recipe, change)
	if !errors.Is(err, proxy.ErrAbsent) {
		return err
	}
	w.mu.Lock()
	config := w.ensured
	w.mu.Unlock()
	if config == nil {
		return err
	}
	if ensureErr := w.ensure(ctx, *config, func(string) {}); ensureErr != nil {
		return errors.Join(err, ensureErr)
	}
	_, err = w.Edge.Update(ctx, recipe, change)
	return err
}
