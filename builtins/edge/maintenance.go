package edge

import (
	"context"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/kind"
)

// maintenance puts a recipe's page up or takes it down.
func (w *worker) maintenance(ctx context.Context, config MaintenanceConfig, _ kind.Inputs) (kind.Outputs, error) {
	return nil, w.update(ctx, config.Recipe, func(s *proxy.Site) error {
		if config.On && s.Maintenance == nil {
			return fmt.Errorf("recipe %s has no maintenance page on the edge: write a maintenance block and apply it first", config.Recipe)
		}
		s.Down = config.On
		return nil
	})
}
