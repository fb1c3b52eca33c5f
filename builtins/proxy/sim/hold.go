package sim

import (
	"context"
	"time"
)

// changed wakes whoever waits for a change. It is called under the lock.
func (e *Edge) changed() {
	close(e.change)
	e.change = make(chan struct{})
}

// await waits for a change that comes after it was watched for, or until a time.
func await(ctx context.Context, change <-chan struct{}, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-change:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// held tells until when a worker has a request wait, the zero time for not at all. It is called under the lock.
func (w *worker) held(port int, host, path string) time.Time {
	site, route, err := w.match(port, host, path)
	if err != nil {
		return time.Time{} // it waits for nothing
	}
	if route.Redirect > 0 {
		return time.Time{}
	}
	group := site.Group(site.Service(route.Service).Group)
	if group == nil || group.Until == 0 || !time.Now().Before(time.Unix(group.Until, 0)) {
		return time.Time{}
	}
	return time.Unix(group.Until, 0)
}

// pass has a request of this kind wait as long as it must, and returns the worker that is current by then, with open
// counting it. It is called under the lock, which it gives up meanwhile.
func (e *Edge) pass(port int, host, path string) *worker {
	w := e.current()
	w.open++ // it does not end while it has somebody
	for until := w.held(port, host, path); !until.IsZero(); until = w.held(port, host, path) {
		change := e.change
		e.mu.Unlock()
		_ = await(context.Background(), change, until) // which nobody cancels
		e.mu.Lock()
		if newest := e.current(); newest != w {
			w.open--
			newest.open++
			w = newest
			e.reap()
		}
	}
	return w
}
