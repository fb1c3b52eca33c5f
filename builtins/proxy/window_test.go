package proxy_test

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/google/go-cmp/cmp"
)

// A window sums what each worker counts by itself, whatever reloads there are.
func TestWindow(t *testing.T) {
	id := proxy.ServerID{Recipe: "shop", Service: "web.http", Side: proxy.B, Slot: 1}
	at := func(good, bad, connect, cut, open int64) proxy.Stats {
		return proxy.Stats{Sessions: good + bad + open, Active: open, Responses: [6]int64{2: good, 5: bad}, ConnectErrors: connect, ResponseErrors: cut}
	}
	type reading map[proxy.Worker]proxy.Stats
	for _, test := range []struct {
		name     string
		readings []reading
		tcp      bool
		want     proxy.Traffic
		lost     int64
	}{
		{"the baseline does not count", []reading{{1: at(100, 7, 1, 1, 0)}}, false, proxy.Traffic{}, 0},
		{"growth", []reading{{1: at(100, 7, 0, 0, 0)}, {1: at(110, 9, 0, 0, 0)}, {1: at(120, 9, 1, 2, 0)}}, false, proxy.Traffic{Requests: 25, Errors: 5, Connect: 1, Response: 2}, 0},
		{"a new worker begins at nothing, beside the old", []reading{{1: at(100, 0, 0, 0, 0)}, {1: at(105, 0, 0, 0, 2), 2: at(3, 1, 0, 0, 0)}, {1: at(107, 0, 0, 0, 0), 2: at(10, 1, 0, 0, 0)}},
			false, proxy.Traffic{Requests: 18, Errors: 1}, 0},
		{"an old worker that ended unseen", []reading{{1: at(100, 0, 0, 0, 0)}, {1: at(130, 0, 0, 0, 4)}, {2: at(3, 0, 0, 0, 0)}}, false, proxy.Traffic{Requests: 33}, 34},
		{"cleared counters", []reading{{1: at(100, 5, 0, 0, 0)}, {1: at(2, 0, 0, 0, 0)}, {1: at(4, 1, 0, 0, 0)}}, false, proxy.Traffic{Requests: 3, Errors: 1}, 0},
		{"connections", []reading{{1: {Sessions: 5}}, {1: {Sessions: 9, ConnectErrors: 1}}}, true, proxy.Traffic{Requests: 4, Errors: 1, Connect: 1}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w proxy.Window
			var sum proxy.Traffic
			var lost int64
			for _, r := range test.readings {
				now := map[proxy.Worker]map[proxy.ServerID]proxy.Stats{}
				for worker, s := range r {
					now[worker] = map[proxy.ServerID]proxy.Stats{id: s}
				}
				c := w.Read(now, test.tcp)
				sum, lost = sum.Add(c.By[id]), lost+c.Lost[id]
			}
			if diff := cmp.Diff(test.want, sum); diff != "" || lost != test.lost {
				t.Errorf("lost %d, want %d; traffic (-want +got):\n%s", lost, test.lost, diff)
			}
		})
	}
}
