package proxytest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// accessLog tells who had which request, what became of it and how long it took, across reloads, and of no other
// recipe's.
func accessLog(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	a := rig.Start(t, "a")
	put(t, edge, simple("shop", port, "Shop", a))
	put(t, edge, simple("blog", port, "blog", rig.Start(t, "blog")))
	entries := make(chan proxy.LogEntry, 100)
	follow := func(q proxy.LogQuery) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- edge.Requests(ctx, "shop", q, func(e proxy.LogEntry) error { entries <- e; return nil })
		}()
		time.Sleep(20 * time.Millisecond) // so that it listens
		return func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("following the log: %v", err)
			}
		}
	}
	stop := follow(proxy.LogQuery{New: true, Follow: true})
	next := func(path string) proxy.LogEntry {
		t.Helper()
		select {
		case e := <-entries:
			if e.Path != path {
				t.Errorf("told of %+v, and not of %s", e, path)
			}
			return e
		case <-time.After(10 * time.Second):
			t.Fatalf("nothing is told of %s", path)
		}
		return proxy.LogEntry{}
	}
	get(t, rig, port, "blog", "/others")
	expect(t, rig, port, "shop", "/one?secret=1", "a")
	e := next("/one")
	if e.Server("shop") != ids("shop", proxy.A, 1)[0] || e.Release != "1" || e.Group != "web" || e.Status != 200 || e.Method != "GET" ||
		e.Host != "shop" || e.Client != "127.0.0.1" || e.End != "--" || e.Answer < 0 || e.Total < e.Answer || e.Time.IsZero() {
		t.Errorf("told of %+v", e)
	}
	release := a.Hold()
	time.AfterFunc(60*time.Millisecond, release)
	expect(t, rig, port, "shop", "/slow", "a")
	if e := next("/slow"); e.Answer < 50 || e.Total < 50 {
		t.Errorf("an answer that took 60 ms: %+v", e)
	}
	rig.Reload(t)
	long := "/" + strings.Repeat("x", 600)
	expect(t, rig, port, "shop", long, "a")
	next(long[:512])
	stop()
	stop = follow(proxy.LogQuery{})
	next("/one")
	next("/slow")
	next(long[:512])
	stop()
	enough := errors.New("enough")
	if err := edge.Requests(t.Context(), "shop", proxy.LogQuery{}, func(proxy.LogEntry) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("an error of who hears: %v", err)
	}
}
