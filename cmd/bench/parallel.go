package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/apply"
)

// replaceByEngine does for many services what a new release of each asks of the engine at the least: another container is
// made and started, and the old one stopped, as many at once as an apply does.
func (b *bench) replaceByEngine(ctx context.Context) (cost, error) {
	ids, err := b.startMany(ctx, 0, nil)
	if err != nil {
		return cost{}, err
	}
	begun := time.Now()
	_, err = b.startMany(ctx, 1, ids)
	return cost{Wall: time.Since(begun)}, err
}

// startMany starts containers of a release, each of which takes the place of an old one where there is any.
func (b *bench) startMany(ctx context.Context, release int, old []string) ([]string, error) {
	ids := make([]string, manyServices)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(apply.DefaultParallelism)
	for n := range ids {
		group.Go(func() (err error) {
			ids[n], err = b.engine.CreateContainer(ctx, engine.ContainerSpec{Name: fmt.Sprintf("%s-%d-%d", floorName, release, n), Image: appImage,
				Command: []string{"worker"}, Env: []string{"TICK=1h"}, Labels: map[string]string{floorName: ""},
				Endpoints: map[string]engine.Endpoint{floorName: {}}})
			if err == nil {
				err = b.engine.StartContainer(ctx, ids[n])
			}
			if err != nil || old == nil {
				return err
			}
			return b.engine.StopContainer(ctx, old[n], "", 30*time.Second)
		})
	}
	return ids, group.Wait()
}
