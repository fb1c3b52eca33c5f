package edge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/kind"
)

// Stand is a group whose side without traffic stands by from now on, or went on doing so: its switchover is over.
func Stand(site *proxy.Site, c StandConfig, now time.Time) {
	g := site.Group(c.Group)
	if g == nil {
		return
	}
	if g.Switch != nil || g.Standby.IsZero() {
		g.Standby = now
	}
	g.Switch = nil
}

func (w *worker) stand(ctx context.Context, config StandConfig, _ kind.Inputs) (kind.Outputs, error) {
	return nil, w.update(ctx, config.Recipe, func(s *proxy.Site) error { Stand(s, config, time.Now()); return nil })
}

// needed refuses to drain what stands by while it is all that serves: then no server that it stands behind is up, and
// HAProxy has given its requests to it. A plan cannot know, since it does not ask the running proxy.
func (w *worker) needed(ctx context.Context, config DrainConfig) error {
	if len(config.Behind) == 0 {
		return nil
	}
	// An apply that was broken off may have left the proxy behind its files, where nothing is up yet that should be.
	err := w.update(ctx, config.Recipe, func(*proxy.Site) error { return nil })
	if err != nil {
		return err
	}
	stats, err := w.Edge.Stats(ctx, config.Behind)
	if err != nil {
		return err
	}
	up := map[string]bool{}
	for id, s := range stats {
		up[id.Service] = up[id.Service] || s.Up
	}
	for _, id := range config.Behind {
		standsBy := func(s proxy.ServerID) bool { return s.Service == id.Service }
		if !up[id.Service] && slices.ContainsFunc(config.Servers, standsBy) {
			return fmt.Errorf("what stands by is all that serves %s now: HAProxy finds no server of the newer release up. "+
				"Make the one that serves the present one with \"recipe rollback\", then apply again", id.Service)
		}
	}
	return nil
}
