package faulty

import (
	"context"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Edge is an edge whose calls go wrong.
func Edge(inner proxy.Edge, f *Faults) proxy.Edge { return &faultyEdge{inner, f} }

type faultyEdge struct {
	proxy.Edge
	faults *Faults
}

func (e *faultyEdge) Sites(ctx context.Context) ([]proxy.Site, error) {
	return ask(ctx, e.faults, "read sites", first, func() ([]proxy.Site, error) { return e.Edge.Sites(ctx) })
}

func (e *faultyEdge) Files(ctx context.Context) (map[string][]byte, error) {
	return ask(ctx, e.faults, "read the edge's files", nil, func() (map[string][]byte, error) { return e.Edge.Files(ctx) })
}

func (e *faultyEdge) Update(ctx context.Context, recipe string, change func(*proxy.Site) error) (proxy.Outcome, error) {
	return ask(ctx, e.faults, "change the site of "+recipe, nil, func() (proxy.Outcome, error) { return e.Edge.Update(ctx, recipe, change) })
}

func (e *faultyEdge) Now(ctx context.Context) (time.Time, error) {
	return ask(ctx, e.faults, "ask for the time", nil, func() (time.Time, error) { return e.Edge.Now(ctx) })
}

func (e *faultyEdge) Remove(ctx context.Context, recipe string) error {
	return change(ctx, e.faults, "remove the site of "+recipe, func() error { return e.Edge.Remove(ctx, recipe) })
}

func (e *faultyEdge) Drain(ctx context.Context, servers []proxy.ServerID, limit time.Duration, progress func(int)) (int, error) {
	return ask(ctx, e.faults, fmt.Sprint("drain ", servers), nil, func() (int, error) { return e.Edge.Drain(ctx, servers, limit, progress) })
}

func (e *faultyEdge) Stats(ctx context.Context, servers []proxy.ServerID) (map[proxy.ServerID]proxy.Stats, error) {
	return ask(ctx, e.faults, fmt.Sprint("counters of ", servers), nil, func() (map[proxy.ServerID]proxy.Stats, error) { return e.Edge.Stats(ctx, servers) })
}

func (e *faultyEdge) Counters(ctx context.Context, servers []proxy.ServerID) (map[proxy.Worker]map[proxy.ServerID]proxy.Stats, error) {
	return ask(ctx, e.faults, fmt.Sprint("workers' counters of ", servers), nil,
		func() (map[proxy.Worker]map[proxy.ServerID]proxy.Stats, error) { return e.Edge.Counters(ctx, servers) })
}
