package edge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/kind"
)

// hold has the requests of a group wait. One that waits already waits anew.
func (w *worker) hold(ctx context.Context, config HoldConfig, _ kind.Inputs) (kind.Outputs, error) {
	now, err := w.Edge.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking for the time where the edge runs: %w", err)
	}
	until := now.Add(config.For.Std() + time.Second - 1).Unix() // whole seconds, and not a part of one less than promised
	err = w.update(ctx, config.Recipe, func(s *proxy.Site) error {
		g := s.Group(config.Group)
		if g == nil {
			return fmt.Errorf("the edge has no group %s of recipe %s", config.Group, config.Recipe)
		}
		g.Until = until
		return nil
	})
	if errors.Is(err, proxy.ErrCannotHold) {
		err = fmt.Errorf("%w, and nothing was changed. Make the edge from an image of HAProxy that has it, as the official ones do; or write hold { timeout = \"0s\" } into the switchover, so that requests fail instead of waiting", err)
	}
	return nil, err
}
