package restart

import (
	"strings"
	"testing"
	"time"
)

// What went down comes back as it was, by itself; and the next apply goes on from there.
func TestComesBack(t *testing.T) {
	needs(t)
	t.Parallel()
	p := build(t)
	t.Run("restart", func(t *testing.T) {
		t.Parallel()
		inOrder(deployed(t, p))
	})
	t.Run("proxy", func(t *testing.T) {
		t.Parallel()
		proxyDies(deployed(t, p))
	})
	for _, way := range losses() {
		t.Run(way.name, func(t *testing.T) {
			if testing.Short() {
				t.Skip("a restart in order is enough in a hurry")
			}
			t.Parallel()
			lost(deployed(t, p), way)
		})
	}
}

// inOrder restarts the engine, as for an upgrade, and the machine, as for a kernel: both end containers first.
func inOrder(a *app) {
	was := a.now()
	kept(a, was)

	began := time.Now()
	a.order("stop")
	a.Logf("the engine stopped within %.1f s", time.Since(began).Seconds())
	began = time.Now()
	a.engineOn()
	a.back("restart of the engine", began, was, "r2")
	a.settled("r2")

	began = time.Now()
	a.off()
	a.Logf("the machine was off within %.1f s", time.Since(began).Seconds())
	began = time.Now()
	a.on()
	a.doors()
	a.back("reboot", began, was, "r2")
	a.settled("r2")

	a.must(0, "rollback", "--auto-approve")
	if err := a.serves("r1"); err != nil {
		a.Errorf("after the way back: %v", err)
	}
}

// kept checks that the test has what it is about: a stopped release beside the one that runs.
func kept(a *app, standing map[string]string) {
	a.Helper()
	running, exited := 0, 0
	for _, is := range standing {
		switch {
		case strings.HasPrefix(is, "running"):
			running++
		case strings.HasPrefix(is, "exited, restart no"):
			exited++
		}
	}
	if running != 5 || exited < 2 {
		a.Fatalf("%d containers run, want 5; %d are kept, want 2 at least: %v", running, exited, standing)
	}
}
