package proxytest

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// load is a small constant load of clients that never retry.
type load struct {
	stop  chan struct{}
	done  sync.WaitGroup
	mu    sync.Mutex
	sent  int
	lost  []string
	bodys map[string]int
}

// startLoad has four clients send requests, two over kept connections and two over fresh ones.
func startLoad(rig Rig, port int) *load {
	return loadBy(func(keep bool) Client { return rig.Client(port, keep) })
}

func loadBy(client func(keep bool) Client) *load {
	l := &load{stop: make(chan struct{}), bodys: map[string]int{}}
	for i := range 4 {
		l.done.Go(func() { l.send(client(i%2 == 0), i%2 == 0) })
	}
	return l
}

func (l *load) send(client Client, keep bool) {
	defer client.Close()
	for n := 0; ; n++ {
		select {
		case <-l.stop:
			return
		case <-time.After(3 * time.Millisecond):
		}
		status, body, err := client.Get("", "/")
		l.mu.Lock()
		l.sent++
		l.bodys[body]++
		if err != nil || status != 200 {
			l.lost = append(l.lost, fmt.Sprintf("request %d, keep-alive %v: %d %v", n, keep, status, err))
		}
		l.mu.Unlock()
	}
}

// end stops the load and fails the test for every request that was lost.
func (l *load) end(t testing.TB) {
	t.Helper()
	eventually(t, "a request", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.sent > 0
	})
	close(l.stop)
	l.done.Wait()
	t.Logf("%d requests: %v", l.sent, l.bodys)
	if len(l.lost) > 0 {
		t.Errorf("%d of %d requests were lost, first %s", len(l.lost), l.sent, l.lost[0])
	}
}
