package docker

import (
	"context"
	"fmt"
	"maps"

	"github.com/docker/docker/api/types/volume"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Volumes lists volumes.
func (r *Reader) Volumes(ctx context.Context, labels map[string]string) ([]engine.Volume, error) {
	list, err := r.client.VolumeList(ctx, volume.ListOptions{Filters: labelFilter(labels)})
	if err != nil {
		return nil, failed(err, "listing volumes")
	}
	volumes := make([]engine.Volume, 0, len(list.Volumes))
	for _, v := range list.Volumes {
		volumes = append(volumes, engine.Volume{Name: v.Name, Driver: v.Driver, Dir: v.Mountpoint, Labels: v.Labels, Created: parseTime(v.CreatedAt)})
	}
	return volumes, nil
}

// CreateVolume creates a volume. An engine answers with the existing one where there is one, so what came back
// is compared with what was asked for.
func (e *Engine) CreateVolume(ctx context.Context, spec engine.VolumeSpec) error {
	made, err := e.client.VolumeCreate(ctx, volume.CreateOptions{
		Name: spec.Name, Driver: spec.Driver, DriverOpts: spec.Options, Labels: spec.Labels,
	})
	if err != nil {
		return failed(err, "creating volume %s", spec.Name)
	}
	if !maps.Equal(made.Labels, spec.Labels) {
		return fmt.Errorf("creating volume %s: %w: it has the labels %v", spec.Name, engine.ErrConflict, made.Labels)
	}
	return nil
}

// RemoveVolume removes a volume.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	return failedRemoval(e.client.VolumeRemove(ctx, name, false), "removing volume %s", name)
}
