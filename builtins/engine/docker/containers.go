package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// CreateContainer creates the container on all its networks. Engines before API 1.44 take one network at
// create, so there the others are connected afterwards; if that fails, the container goes away again.
func (e *Engine) CreateContainer(ctx context.Context, spec engine.ContainerSpec) (string, error) {
	host, err := hostOf(spec)
	if err != nil {
		return "", fmt.Errorf("creating container %s: %w", spec.Name, err)
	}
	names, several := endpointNames(spec), e.since("1.44")
	networks := &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{}}
	var later []string
	for i, name := range names {
		if i > 0 && !several {
			later = append(later, name)
			continue
		}
		networks.EndpointsConfig[name] = endpointOf(spec.Endpoints[name])
	}
	created, err := e.client.ContainerCreate(ctx, configOf(spec, several), host, networks, platformOf(spec.Platform), spec.Name)
	if err != nil {
		return "", failed(err, "creating container %s", spec.Name)
	}
	for _, name := range later {
		if err := e.Connect(ctx, name, created.ID, spec.Endpoints[name]); err != nil {
			return "", errors.Join(err, e.RemoveContainer(context.WithoutCancel(ctx), created.ID))
		}
	}
	return created.ID, nil
}

// StartContainer starts a container; see the contract for what it leaves behind on failure.
func (e *Engine) StartContainer(ctx context.Context, id string) error {
	err := e.client.ContainerStart(ctx, id, container.StartOptions{})
	if err == nil {
		return nil
	}
	if taken := takenPort(err); taken != nil {
		return fmt.Errorf("starting container %s: %w", id, taken)
	}
	return failed(err, "starting container %s", id)
}

// StopContainer stops a container. Engines before API 1.42 know only the container's own stop signal, so
// there another one is sent and waited for here.
func (e *Engine) StopContainer(ctx context.Context, id, signal string, timeout time.Duration) error {
	seconds := wholeSeconds(timeout)
	if signal != "" && !e.since("1.42") {
		if err := e.signalAndWait(ctx, id, signal, timeout); err != nil {
			return err
		}
		seconds = 0
	}
	err := e.client.ContainerStop(ctx, id, container.StopOptions{Signal: signal, Timeout: &seconds})
	return failed(err, "stopping container %s", id)
}

// signalAndWait gives the container timeout to end after a signal. That it does not is no error.
func (e *Engine) signalAndWait(ctx context.Context, id, signal string, timeout time.Duration) error {
	err := e.client.ContainerKill(ctx, id, signal)
	if errdefs.IsConflict(err) {
		return nil // not running
	}
	if err != nil {
		return failed(err, "stopping container %s", id)
	}
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	_, err = e.WaitContainer(waiting, id)
	if err != nil && waiting.Err() == nil && !errors.Is(err, engine.ErrNotFound) {
		return err
	}
	return ctx.Err()
}

// Signal sends a signal, as "SIGHUP" or "HUP". A container that does not run is an error.
func (e *Engine) Signal(ctx context.Context, id, signal string) error {
	return failed(e.client.ContainerKill(ctx, id, signal), "sending %s to container %s", signal, id)
}

// RenameContainer gives a container another name.
func (e *Engine) RenameContainer(ctx context.Context, id, name string) error {
	return failed(e.client.ContainerRename(ctx, id, name), "renaming container %s to %s", id, name)
}

// RemoveContainer removes a container and waits for a removal that someone else began.
func (e *Engine) RemoveContainer(ctx context.Context, id string) error {
	for {
		err := e.client.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
		if err == nil || errdefs.IsNotFound(err) {
			return nil
		}
		if !strings.Contains(err.Error(), "already in progress") {
			return failed(err, "removing container %s", id)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// WaitContainer waits for as long as ctx allows.
func (e *Engine) WaitContainer(ctx context.Context, id string) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended, failure := e.client.ContainerWait(ctx, id, container.WaitConditionNotRunning)
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case err := <-failure:
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return 0, failed(err, "waiting for container %s", id)
	case end := <-ended:
		if end.Error != nil && end.Error.Message != "" {
			return int(end.StatusCode), fmt.Errorf("waiting for container %s: %s", id, end.Error.Message)
		}
		return int(end.StatusCode), nil
	}
}
