package faulty

import (
	"context"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Engine is an engine whose calls go wrong.
func Engine(inner engine.Engine, f *Faults) engine.Engine { return &faultyEngine{inner, f} }

type faultyEngine struct {
	engine.Engine
	faults *Faults
}

// named tells of a container by its name: ids differ from run to run.
func (e *faultyEngine) named(ctx context.Context, method, id string) string {
	if c, err := e.Engine.Container(ctx, id); err == nil {
		id = c.Name
	}
	return method + " " + id
}

func (e *faultyEngine) Containers(ctx context.Context, labels map[string]string) ([]engine.Container, error) {
	return ask(ctx, e.faults, "list containers", first, func() ([]engine.Container, error) { return e.Engine.Containers(ctx, labels) })
}

func (e *faultyEngine) Container(ctx context.Context, id string) (engine.Container, error) {
	return missing(ctx, e.faults, e.named(ctx, "look at", id), func() (engine.Container, error) { return e.Engine.Container(ctx, id) })
}

func (e *faultyEngine) Images(ctx context.Context, labels map[string]string) ([]engine.Image, error) {
	return ask(ctx, e.faults, "list images", first, func() ([]engine.Image, error) { return e.Engine.Images(ctx, labels) })
}

func (e *faultyEngine) Image(ctx context.Context, ref string) (engine.Image, error) {
	return missing(ctx, e.faults, "look at image "+ref, func() (engine.Image, error) { return e.Engine.Image(ctx, ref) })
}

func (e *faultyEngine) Networks(ctx context.Context, labels map[string]string) ([]engine.Network, error) {
	return ask(ctx, e.faults, "list networks", first, func() ([]engine.Network, error) { return e.Engine.Networks(ctx, labels) })
}

func (e *faultyEngine) Volumes(ctx context.Context, labels map[string]string) ([]engine.Volume, error) {
	return ask(ctx, e.faults, "list volumes", first, func() ([]engine.Volume, error) { return e.Engine.Volumes(ctx, labels) })
}

func (e *faultyEngine) Logs(ctx context.Context, id string, lines int) ([]byte, error) {
	return ask(ctx, e.faults, e.named(ctx, "logs of", id), first, func() ([]byte, error) { return e.Engine.Logs(ctx, id, lines) })
}

func (e *faultyEngine) CreateContainer(ctx context.Context, c engine.ContainerSpec) (string, error) {
	return ask(ctx, e.faults, "create "+c.Name, nil, func() (string, error) { return e.Engine.CreateContainer(ctx, c) })
}

func (e *faultyEngine) StartContainer(ctx context.Context, id string) error {
	return change(ctx, e.faults, e.named(ctx, "start", id), func() error { return e.Engine.StartContainer(ctx, id) })
}

func (e *faultyEngine) StopContainer(ctx context.Context, id, signal string, timeout time.Duration) error {
	return change(ctx, e.faults, e.named(ctx, "stop", id), func() error { return e.Engine.StopContainer(ctx, id, signal, timeout) })
}

func (e *faultyEngine) RemoveContainer(ctx context.Context, id string) error {
	return change(ctx, e.faults, e.named(ctx, "remove", id), func() error { return e.Engine.RemoveContainer(ctx, id) })
}

func (e *faultyEngine) UpdateContainer(ctx context.Context, id string, limits engine.Limits, restart string) error {
	return change(ctx, e.faults, e.named(ctx, "update", id), func() error { return e.Engine.UpdateContainer(ctx, id, limits, restart) })
}

func (e *faultyEngine) WaitContainer(ctx context.Context, id string) (int, error) {
	return ask(ctx, e.faults, e.named(ctx, "wait for", id), nil, func() (int, error) { return e.Engine.WaitContainer(ctx, id) })
}

func (e *faultyEngine) Pull(ctx context.Context, ref, platform string, progress func(engine.Progress)) (engine.Image, error) {
	return missing(ctx, e.faults, "pull "+ref, func() (engine.Image, error) { return e.Engine.Pull(ctx, ref, platform, progress) })
}

func (e *faultyEngine) Tag(ctx context.Context, id, ref string) error {
	return change(ctx, e.faults, "tag "+ref, func() error { return e.Engine.Tag(ctx, id, ref) })
}

func (e *faultyEngine) RemoveImage(ctx context.Context, ref string) error {
	return change(ctx, e.faults, "remove image "+ref, func() error { return e.Engine.RemoveImage(ctx, ref) })
}

func (e *faultyEngine) CreateNetwork(ctx context.Context, n engine.NetworkSpec) (string, error) {
	return ask(ctx, e.faults, "create network "+n.Name, nil, func() (string, error) { return e.Engine.CreateNetwork(ctx, n) })
}

func (e *faultyEngine) RemoveNetwork(ctx context.Context, name string) error {
	return change(ctx, e.faults, "remove network "+name, func() error { return e.Engine.RemoveNetwork(ctx, name) })
}

func (e *faultyEngine) Connect(ctx context.Context, network, id string, endpoint engine.Endpoint) error {
	return change(ctx, e.faults, e.named(ctx, "connect "+network, id), func() error { return e.Engine.Connect(ctx, network, id, endpoint) })
}

func (e *faultyEngine) Disconnect(ctx context.Context, network, id string) error {
	return change(ctx, e.faults, e.named(ctx, "disconnect "+network, id), func() error { return e.Engine.Disconnect(ctx, network, id) })
}

func (e *faultyEngine) CreateVolume(ctx context.Context, v engine.VolumeSpec) error {
	return change(ctx, e.faults, "create volume "+v.Name, func() error { return e.Engine.CreateVolume(ctx, v) })
}

func (e *faultyEngine) RemoveVolume(ctx context.Context, name string) error {
	return change(ctx, e.faults, "remove volume "+name, func() error { return e.Engine.RemoveVolume(ctx, name) })
}
