package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

type volume struct {
	engine.Volume
	files tree
}

// CreateVolume creates a volume, or finds the one with the same labels.
func (e *Engine) CreateVolume(ctx context.Context, spec engine.VolumeSpec) error {
	return e.change(ctx, "CreateVolume", []any{spec}, func() error {
		v := e.named(spec)
		if !maps.Equal(v.Labels, spec.Labels) {
			return fmt.Errorf("creating volume %s: %w: it has the labels %v", spec.Name, engine.ErrConflict, v.Labels)
		}
		return nil
	})
}

// named returns the volume of a name, making it if it has to.
func (e *Engine) named(spec engine.VolumeSpec) *volume {
	if v, ok := e.volumes[spec.Name]; ok {
		return v
	}
	driver := spec.Driver
	if driver == "" {
		driver = "local"
	}
	v := &volume{files: tree{}, Volume: engine.Volume{
		Name: spec.Name, Driver: driver, Labels: maps.Clone(spec.Labels), Created: time.Now(),
	}}
	e.volumes[spec.Name] = v
	return v
}

// RemoveVolume removes a volume that no container has.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	return e.change(ctx, "RemoveVolume", []any{name}, func() error {
		for _, b := range e.boxes() {
			for _, m := range b.spec.Mounts {
				if m.Volume == name {
					return fmt.Errorf("removing volume %s: %w by container %s", name, engine.ErrInUse, b.spec.Name)
				}
			}
		}
		delete(e.volumes, name)
		return nil
	})
}

// Volumes lists volumes by name.
func (e *Engine) Volumes(ctx context.Context, labels map[string]string) (list []engine.Volume, err error) {
	err = e.read(ctx, "Volumes", []any{labels}, func() error {
		for _, name := range slices.Sorted(maps.Keys(e.volumes)) {
			if v := e.volumes[name].Volume; carries(v.Labels, labels) {
				v.Labels = maps.Clone(v.Labels)
				list = append(list, v)
			}
		}
		return nil
	})
	return list, err
}
