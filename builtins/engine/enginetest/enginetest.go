// Package enginetest is the one suite that every implementation of the engine contract passes, the real one and
// the simulated one, so that what is proved on the simulator holds on an engine.
//
// Each test makes its own objects under a random name and in a random network, and removes them also when it
// failed: runs side by side, on one engine that others use too, do not meet.
package enginetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"maps"
	mathrand "math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Options says how to run the suite.
type Options struct {
	// Image holds the program of directory app as its entrypoint, or something that plays it.
	Image string
	// Virtual runs each test in a synctest bubble: for an implementation that lives in this process.
	Virtual bool
}

// Label is on every object that the suite makes; its value is the test's own.
const Label = "recipe.test"

// Run runs the suite, each test on an engine from open.
func Run(t *testing.T, open func(testing.TB) engine.Engine, options Options) {
	for _, group := range []tests{
		lifecycleTests(), labelsTests(), networksTests(), addressesTests(), volumesTests(), archivesTests(),
		streamsTests(), eventsTests(), limitsTests(), portsTests(), imagesTests(),
	} {
		for _, name := range slices.Sorted(maps.Keys(group)) {
			test := group[name]
			t.Run(name, func(t *testing.T) {
				if options.Virtual {
					synctest.Test(t, func(t *testing.T) { test(newWorld(t, open(t), options.Image)) })
					return
				}
				t.Parallel()
				test(newWorld(t, open(t), options.Image))
			})
		}
	}
}

// tests are one file's, by what they claim.
type tests map[string]func(*world)

// world is what one test works in.
type world struct {
	*testing.T
	engine.Engine
	image string
	id    string
	ctx   context.Context
}

func newWorld(t *testing.T, e engine.Engine, image string) *world {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return &world{T: t, Engine: e, image: image, id: Unique(), ctx: ctx}
}

// Unique returns a name for objects of a test that nothing else has.
func Unique() string {
	b := make([]byte, 5)
	_, _ = rand.Read(b) // never fails
	return "recipe-test-" + hex.EncodeToString(b)
}

// labels are those of the test's objects.
func (w *world) labels() map[string]string { return map[string]string{Label: w.id} }

// need ends the test on an error.
func (w *world) need(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// want ends the test unless err is kind.
func (w *world) want(err, kind error) {
	w.Helper()
	if !errors.Is(err, kind) {
		w.Fatalf("got error %v, want %q", err, kind)
	}
}

// later registers a cleanup that may take its time also after the test's context has ended.
func (w *world) later(remove func(context.Context) error) {
	w.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := remove(ctx); err != nil {
			w.Errorf("cleaning up: %v", err)
		}
	})
}

// spec is a container of the test that runs the program with args.
func (w *world) spec(name string, args ...string) engine.ContainerSpec {
	return engine.ContainerSpec{Name: w.id + "-" + name, Image: w.image, Command: args, Labels: w.labels()}
}

// create creates a container and sees to its removal.
func (w *world) create(spec engine.ContainerSpec) string {
	w.Helper()
	id, err := w.CreateContainer(w.ctx, spec)
	w.need(err)
	w.later(func(ctx context.Context) error { return w.RemoveContainer(ctx, id) })
	return id
}

// start creates a container and starts it.
func (w *world) start(spec engine.ContainerSpec) string {
	w.Helper()
	id := w.create(spec)
	w.need(w.StartContainer(w.ctx, id))
	return id
}

// state is a container's, by its own account and by the listing's, which must agree.
func (w *world) state(id string) engine.Container {
	w.Helper()
	found, err := w.Container(w.ctx, id)
	w.need(err)
	return found
}

// network makes a network in a random subnet whose lower half is dynamic.
func (w *world) network(name string) engine.NetworkSpec {
	w.Helper()
	for range 20 {
		subnet := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(mathrand.N(256)), byte(mathrand.N(256)), 0}), 24)
		spec := engine.NetworkSpec{
			Name: w.id + "-" + name, Labels: w.labels(), Internal: true,
			Subnet: subnet, Gateway: subnet.Addr().Next(), Dynamic: netip.PrefixFrom(subnet.Addr(), 25),
		}
		_, err := w.CreateNetwork(w.ctx, spec)
		if errors.Is(err, engine.ErrConflict) {
			continue
		}
		w.need(err)
		w.later(func(ctx context.Context) error { return w.RemoveNetwork(ctx, spec.Name) })
		return spec
	}
	w.Fatal("no free subnet found")
	return engine.NetworkSpec{}
}

// address is the n-th address of a network.
func address(n engine.NetworkSpec, last byte) netip.Addr {
	b := n.Subnet.Addr().As4()
	b[3] = last
	return netip.AddrFrom4(b)
}

// volume makes a volume.
func (w *world) volume(name string) string {
	w.Helper()
	full := w.id + "-" + name
	w.need(w.CreateVolume(w.ctx, engine.VolumeSpec{Name: full, Labels: w.labels()}))
	w.later(func(ctx context.Context) error { return w.RemoveVolume(ctx, full) })
	return full
}

// eventually waits for what an engine does on its own.
func (w *world) eventually(what string, done func() bool) {
	w.Helper()
	for deadline := time.Now().Add(15 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("gave up waiting until %s", what)
		}
	}
}
