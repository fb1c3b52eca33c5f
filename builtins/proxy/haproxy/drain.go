package haproxy

import (
	"context"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Drain implements proxy.Edge. A server has something open while any worker counts a session, a queued
// request or a connection in use; both counts are needed, since a request is handed from one to the other.
func (e *Edge) Drain(ctx context.Context, servers []proxy.ServerID, limit time.Duration, progress func(open int)) (int, error) {
	if len(servers) == 0 {
		return 0, nil
	}
	return proxy.Await(ctx, limit, progress, func(ctx context.Context) (int, error) { return e.open(ctx, servers) })
}

// open counts what the servers carry in all workers.
func (e *Edge) open(ctx context.Context, servers []proxy.ServerID) (int, error) {
	readings, err := e.read(ctx, servers)
	left := 0
	for _, of := range readings {
		for _, r := range of {
			left += max(int(r.stats.Active), r.used) + int(r.stats.Queued)
		}
	}
	return left, err
}

func (e *Edge) read(ctx context.Context, servers []proxy.ServerID) (readings map[proxy.ServerID][]reading, err error) {
	err = again(ctx, func() (err error) {
		readings, err = readWorkers(ctx, e.host, servers)
		return err
	})
	return readings, err
}

// Stats implements proxy.Edge. Counters are those of all workers together; what a check found is the
// current worker's word.
func (e *Edge) Stats(ctx context.Context, servers []proxy.ServerID) (map[proxy.ServerID]proxy.Stats, error) {
	readings, err := e.read(ctx, servers)
	if err != nil {
		return nil, err
	}
	all := map[proxy.ServerID]proxy.Stats{}
	for id, of := range readings {
		var sum proxy.Stats
		for _, r := range of {
			sum = add(sum, r)
		}
		all[id] = sum
	}
	return all, nil
}

// Counters implements proxy.Edge. A worker is its pid.
func (e *Edge) Counters(ctx context.Context, servers []proxy.ServerID) (map[proxy.Worker]map[proxy.ServerID]proxy.Stats, error) {
	readings, err := e.read(ctx, servers)
	if err != nil {
		return nil, err
	}
	all := map[proxy.Worker]map[proxy.ServerID]proxy.Stats{}
	for id, of := range readings {
		for _, r := range of {
			worker := proxy.Worker(r.pid)
			if all[worker] == nil {
				all[worker] = map[proxy.ServerID]proxy.Stats{}
			}
			all[worker][id] = r.stats
		}
	}
	return all, nil
}

func add(sum proxy.Stats, r reading) proxy.Stats {
	s := r.stats
	sum.Sessions += s.Sessions
	sum.Active += s.Active
	sum.Queued += s.Queued
	sum.ConnectErrors += s.ConnectErrors
	sum.ResponseErrors += s.ResponseErrors
	for i, n := range s.Responses {
		sum.Responses[i] += n
	}
	if !r.old {
		sum.Check, sum.Up = s.Check, s.Up
	}
	return sum
}
