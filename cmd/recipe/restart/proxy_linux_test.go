package restart

import (
	"fmt"
	"slices"
	"time"
)

// proxyDies kills HAProxy, a worker of it or all of it: the engine starts it again, and its files say what was
// meant.
func proxyDies(a *app) {
	was := a.now()
	for _, death := range []struct {
		name  string
		whose func(*app) process
	}{
		{"death of a worker", func(a *app) process { _, worker := a.haproxy(); return worker }},
		{"death of the master", func(a *app) process { master, _ := a.haproxy(); return master }},
	} {
		p := death.whose(a)
		began := time.Now()
		a.kill(p)
		a.eventually(death.name, limit, func() error {
			if slices.Contains(a.processes(), p) {
				return fmt.Errorf("process %d has not ended", p.pid)
			}
			return nil
		})
		a.back(death.name, began, was, "r2")
		if took := time.Since(began); took > 20*time.Second {
			a.Errorf("%s: everything was back after %s; seconds are enough", death.name, took)
		}
		a.settled("r2")
	}
}

// haproxy finds the edge's processes.
func (a *app) haproxy() (master, worker process) {
	a.Helper()
	all := a.processes()
	for _, w := range all {
		for _, m := range all {
			if w.name == "haproxy" && m.name == "haproxy" && w.parent == m.pid {
				return m, w
			}
		}
	}
	a.Fatalf("no HAProxy runs: %v", all)
	return master, worker
}
