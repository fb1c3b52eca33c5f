package haproxy

import (
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// What waits in tcp mode goes on when it may, also on a machine so busy that HAProxy is not run for longer than the
// time between two looks.
func TestHoldOnABusyMachine(t *testing.T) {
	r := start(t)
	port := r.Port(t)
	site := web(port, 0, r.Start(t, "a"), nil, proxy.Ready)
	site.Ports[0].Mode, site.Services[0].Mode = proxy.TCP, proxy.TCP
	site.Groups[0].Until = time.Now().Add(time.Minute).Unix()
	if _, err := r.edge.Update(t.Context(), "shop", to(site)); err != nil {
		t.Fatal(err)
	}
	all, err := show(t.Context(), r.host)
	if err != nil {
		t.Fatal(err)
	}
	var waiting sync.WaitGroup
	for range 1000 { // so many at once that HAProxy is often stopped at work on one
		waiting.Go(func() {
			client := r.Client(port, false)
			defer client.Close()
			if status, body, err := client.Get("", "/"); status != 200 || body != "a" || err != nil {
				t.Errorf("what waited: %d %s %v", status, body, err)
			}
		})
	}
	for range 30 {
		signal(t, all.current(), syscall.SIGSTOP)
		time.Sleep(2 * holdPoll)
		signal(t, all.current(), syscall.SIGCONT)
		time.Sleep(holdPoll / 4)
	}
	site.Groups[0].Until = 0
	if _, err := r.edge.Update(t.Context(), "shop", to(site)); err != nil {
		t.Fatal(err)
	}
	waiting.Wait()
}

func signal(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		t.Fatal(err)
	}
}
