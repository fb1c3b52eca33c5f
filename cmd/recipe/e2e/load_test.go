package e2e

import (
	"context"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
)

// traffic is what clients that never retry do to the recipe's ports: of everything something, and what lasts
// lasts longer than a switch takes.
func (d *deploy) traffic(rate float64) load.Options {
	return load.Options{
		URL: fmt.Sprintf("http://127.0.0.1:%d", d.port), TCP: fmt.Sprintf("127.0.0.1:%d", d.tcp),
		Rate: rate, Duration: 20 * time.Minute, KeepAlive: 16,
		Dribble: 700 * time.Millisecond, Slow: time.Second, Hold: 1300 * time.Millisecond,
		Timeout: 20 * time.Second, // the machine may be busy; what is lost is lost before that
	}
}

// watched are clients that run until the test ends them.
type watched struct {
	*deploy
	clients *load.Clients
}

// watch starts clients and waits until they have been answered.
func (d *deploy) watch(o load.Options) *watched {
	d.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	clients, err := load.Start(ctx, o)
	if err != nil {
		cancel()
		d.Fatal(err)
	}
	d.Cleanup(func() { cancel(); clients.Wait() })
	w := &watched{d, clients}
	w.answered(20)
	return w
}

// answered waits for so many more answers.
func (w *watched) answered(more int) {
	w.Helper()
	want := w.clients.Snapshot().Total.OK + more
	for deadline := time.Now().Add(20 * time.Second); w.clients.Snapshot().Total.OK < want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("there are no answers\n%s", w.clients.Snapshot())
		}
	}
}

// lost tells how many operations were lost so far.
func (w *watched) lost() int { return w.clients.Snapshot().Total.Failed }

// nothingLost ends the clients and checks that every operation had its answer.
func (w *watched) nothingLost() load.Report {
	w.Helper()
	w.clients.Stop()
	r := w.clients.Wait()
	if r.Total.Failed > 0 || r.Total.Aborted > 0 || r.Total.Skipped > 0 {
		w.Errorf("requests were lost\n%s", r)
	}
	for kind, count := range r.Kinds {
		if kind != load.Endless && count.OK == 0 {
			w.Errorf("no %s was tried", kind)
		}
	}
	w.Logf("load, late by %s at most\n%s", r.Lag, r)
	return *r
}
