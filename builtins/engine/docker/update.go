package docker

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/container"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// UpdateContainer changes in place what can be. The engine answers an update with success also where it
// took nothing, as a kernel without memory control does, so it is asked again afterwards.
func (e *Engine) UpdateContainer(ctx context.Context, id string, limits engine.Limits, restart string) error {
	config := container.UpdateConfig{Resources: resourcesOf(limits)}
	var err error
	if config.RestartPolicy, err = restartOf(restart); err != nil {
		return fmt.Errorf("updating container %s: %w", id, err)
	}
	if _, err := e.client.ContainerUpdate(ctx, id, config); err != nil {
		return failed(err, "updating container %s", id)
	}
	now, err := e.Container(ctx, id)
	if err != nil {
		return err
	}
	want, is := now.Limits, now.Limits
	if limits.Memory != 0 {
		want.Memory = limits.Memory
	}
	if limits.CPUs != 0 {
		want.CPUs = limits.CPUs
	}
	if limits.PIDs != 0 {
		want.PIDs = limits.PIDs
	}
	if diff := is.CPUs - want.CPUs; is.Memory != want.Memory || is.PIDs != want.PIDs || diff > 1e-9 || diff < -1e-9 {
		return fmt.Errorf("updating container %s: the engine did not take the limits: asked for %+v, has %+v", id, want, is)
	}
	if restart != "" && now.Restart != restartText(config.RestartPolicy) {
		return fmt.Errorf("updating container %s: the engine did not take restart %q, has %q", id, restart, now.Restart)
	}
	return nil
}
