package sim_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
)

// start creates and starts a container of image a.
func start(t *testing.T, e *sim.Engine, spec engine.ContainerSpec) string {
	t.Helper()
	if spec.Image == "" {
		spec.Image = "a"
	}
	id, err := e.CreateContainer(t.Context(), spec)
	must(t, err)
	must(t, e.StartContainer(t.Context(), id))
	return id
}

func TestBootIsProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		defer e.StopAll()
		e.AddImage("a", engine.ImageConfig{}, sim.App{
			Boot:  10 * time.Second,
			Probe: func(path string) (int, string) { return 503, path },
		})
		_, err := e.CreateNetwork(t.Context(), engine.NetworkSpec{Name: "net", Subnet: netip.MustParsePrefix("10.1.0.0/24")})
		must(t, err)
		address := netip.MustParseAddr("10.1.0.200")
		start(t, e, engine.ContainerSpec{Name: "a", Endpoints: map[string]engine.Endpoint{"net": {Address: address}}})
		if _, _, err := e.Probe(address, "/"); !errors.Is(err, sim.ErrRefused) {
			t.Errorf("before it has booted: %v", err)
		}
		time.Sleep(10 * time.Second)
		if status, body, err := e.Probe(address, "/up"); status != 503 || body != "/up" || err != nil {
			t.Errorf("after it has booted: %d %q %v", status, body, err)
		}
		must(t, e.StopContainer(t.Context(), "a", "", time.Second))
		if _, _, err := e.Probe(address, "/"); !errors.Is(err, sim.ErrRefused) {
			t.Errorf("after it was stopped: %v", err)
		}
	})
}

func TestStopTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		defer e.StopAll()
		e.AddImage("a", engine.ImageConfig{}, sim.App{Stop: 20 * time.Second})
		for _, c := range []struct{ patience, took time.Duration }{{30 * time.Second, 20 * time.Second}, {5 * time.Second, 5 * time.Second}} {
			id, began := start(t, e, engine.ContainerSpec{}), time.Now()
			must(t, e.StopContainer(t.Context(), id, "", c.patience))
			if took := time.Since(began).Truncate(time.Second); took != c.took {
				t.Errorf("with a patience of %s it took %s, want %s", c.patience, took, c.took)
			}
		}
	})
}

func TestJobEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		e.AddImage("a", engine.ImageConfig{}, sim.App{RunFor: time.Hour, ExitCode: 3})
		began := time.Now()
		code, err := e.WaitContainer(t.Context(), start(t, e, engine.ContainerSpec{}))
		if code != 3 || err != nil || time.Since(began) != time.Hour {
			t.Errorf("got %d, %v after %s", code, err, time.Since(began))
		}
	})
}

func TestRestartPolicies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		defer e.StopAll()
		e.AddImage("a", engine.ImageConfig{}, sim.App{})
		names := []string{"no", "always", "unless-stopped", "on-failure:3"}
		for _, policy := range names {
			start(t, e, engine.ContainerSpec{Name: strings.ReplaceAll(policy, ":", "-"), Restart: policy})
			start(t, e, engine.ContainerSpec{Name: strings.ReplaceAll(policy, ":", "-") + "-stopped", Restart: policy})
			must(t, e.StopContainer(t.Context(), strings.ReplaceAll(policy, ":", "-")+"-stopped", "", time.Second))
		}
		running := func() (names []string) {
			list, err := e.Containers(t.Context(), nil)
			must(t, err)
			for _, c := range list {
				if c.State == engine.Running {
					names = append(names, c.Name)
				}
			}
			slices.Sort(names)
			return names
		}
		e.RestartEngine()
		if got, want := running(), []string{"always", "always-stopped", "on-failure-3", "unless-stopped"}; !slices.Equal(got, want) {
			t.Errorf("after the engine's restart run %q, want %q", got, want)
		}
		must(t, e.Crash("always", 1))
		time.Sleep(time.Second)
		if c, _ := e.Container(t.Context(), "always"); c.State != engine.Running || c.RestartCount != 1 {
			t.Errorf("after a crash it is %s, restarted %d times", c.State, c.RestartCount)
		}
	})
}

func TestCrashLoopGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		e.AddImage("a", engine.ImageConfig{}, sim.App{RunFor: time.Second, ExitCode: 1})
		start(t, e, engine.ContainerSpec{Name: "a", Restart: "on-failure:3"})
		time.Sleep(time.Minute)
		if c, _ := e.Container(t.Context(), "a"); c.State != engine.Exited || c.RestartCount != 3 {
			t.Errorf("it is %s after %d restarts", c.State, c.RestartCount)
		}
	})
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		e.AddImage("a", engine.ImageConfig{}, sim.App{})
		for _, after := range []bool{false, true} {
			e.Fault = func(c sim.Call) error {
				if c.Method == "CreateContainer" && c.After == after {
					return engine.ErrLost
				}
				return nil
			}
			_, err := e.CreateContainer(t.Context(), engine.ContainerSpec{Name: "c", Image: "a"})
			if !errors.Is(err, engine.ErrLost) {
				t.Errorf("got %v", err)
			}
			if _, err := e.Container(t.Context(), "c"); after != (err == nil) {
				t.Errorf("with a fault after the effect: %v, the container: %v", after, err)
			}
		}
		for _, call := range e.Calls() {
			if write := call.Method == "CreateContainer"; call.Write != write {
				t.Errorf("%s is recorded as write: %v", call.Method, call.Write)
			}
		}
	})
}

func TestEngineLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sim.New()
		e.AddImage("a", engine.ImageConfig{}, sim.App{})
		watch, err := e.Watch(context.Background(), nil)
		must(t, err)
		start(t, e, engine.ContainerSpec{Name: "a", AutoRemove: true})
		e.RestartEngine()
		for range watch { // ends
		}
		if got, want := e.Dump(), "image a:latest\n"; got != want {
			t.Errorf("after the restart there is\n%swant\n%s", got, want)
		}
	})
}

func TestRegistry(t *testing.T) {
	e := sim.New()
	first := e.Publish("shop:1", engine.ImageConfig{}, sim.App{})
	if got, err := e.RemoteDigest(t.Context(), "shop:1"); got != first || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, first)
	}
	second := e.Publish("shop:1", engine.ImageConfig{}, sim.App{})
	old, err := e.Pull(t.Context(), "shop@"+first, "", nil)
	must(t, err)
	current, err := e.Pull(t.Context(), "shop:1", "", nil)
	must(t, err)
	if old.ID == current.ID || !slices.Equal(current.Digests, []string{"shop@" + second}) || !slices.Equal(current.Tags, []string{"shop:1"}) {
		t.Errorf("pulled %+v and %+v", old, current)
	}
	if _, err := e.Pull(t.Context(), "shop:2", "", nil); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
