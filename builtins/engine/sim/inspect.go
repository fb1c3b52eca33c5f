package sim

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Info tells About.
func (e *Engine) Info(ctx context.Context) (info engine.Info, err error) {
	err = e.read(ctx, "Info", nil, func() error {
		info = e.About
		return nil
	})
	return info, err
}

// Containers lists containers, the oldest first, without what a listing does not tell.
func (e *Engine) Containers(ctx context.Context, labels map[string]string) (list []engine.Container, err error) {
	err = e.read(ctx, "Containers", []any{labels}, func() error {
		for _, b := range e.boxes() {
			if carries(b.spec.Labels, labels) {
				c := b.shown()
				c.Env, c.Limits, c.Restart, c.RestartCount, c.HealthLog = nil, engine.Limits{}, "", 0, ""
				c.Started, c.Finished = time.Time{}, time.Time{}
				list = append(list, c)
			}
		}
		return nil
	})
	return list, err
}

// Container tells about one container.
func (e *Engine) Container(ctx context.Context, id string) (found engine.Container, err error) {
	err = e.read(ctx, "Container", []any{id}, func() error {
		b, err := e.box(id)
		if err == nil {
			found = b.shown()
		}
		return err
	})
	return found, err
}

func (b *box) shown() engine.Container {
	return engine.Container{
		ID: b.id, Name: b.spec.Name, Image: b.spec.Image, ImageID: b.imageID,
		State: b.state, Health: b.health, HealthLog: b.healthLog, ExitCode: b.exitCode,
		Created: b.created, Started: b.started, Finished: b.finished,
		Labels: maps.Clone(b.spec.Labels), Addresses: b.addresses(), Env: slices.Clone(b.spec.Env),
		Limits: b.spec.Limits, Restart: b.spec.Restart, RestartCount: b.restarts,
	}
}

// addresses are those held, and while it does not run the fixed ones.
func (b *box) addresses() map[string]netip.Addr {
	found := map[string]netip.Addr{}
	for name, endpoint := range b.endpoints {
		if a, ok := b.held[name]; ok {
			found[name] = a
		} else if endpoint.Address.IsValid() {
			found[name] = endpoint.Address
		}
	}
	return found
}

// listener finds the container that answers at an address.
func (e *Engine) listener(address netip.Addr) (*box, error) {
	for _, b := range e.containers {
		for _, a := range b.held {
			if a == address && b.run != nil && time.Since(b.started) >= b.run.app.Boot {
				return b, nil
			}
		}
	}
	return nil, fmt.Errorf("%s: %w", address, ErrRefused)
}

// Running tells whether a container runs, without that being a call of the contract.
func (e *Engine) Running(name string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	b, err := e.box(name)
	return err == nil && b.run != nil
}

// Dump writes everything there is, a line an object, for a test to compare. Ids and times are left out.
func (e *Engine) Dump() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out strings.Builder
	for _, b := range e.boxes() {
		fmt.Fprintf(&out, "container %s %s %s", b.spec.Name, b.spec.Image, b.state)
		if b.health != "" {
			fmt.Fprintf(&out, " %s", b.health)
		}
		if b.state == engine.Exited {
			fmt.Fprintf(&out, " (%d)", b.exitCode)
		}
		addresses := b.addresses()
		for _, name := range slices.Sorted(maps.Keys(addresses)) {
			fmt.Fprintf(&out, " %s=%s", name, addresses[name])
		}
		fmt.Fprintf(&out, " restart=%s\n", b.spec.Restart)
	}
	for _, name := range slices.Sorted(maps.Keys(e.networks)) {
		if n := e.networks[name]; name != "bridge" && name != "host" && name != "none" {
			fmt.Fprintf(&out, "network %s %s\n", name, n.Subnet)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.volumes)) {
		fmt.Fprintf(&out, "volume %s %s\n", name, strings.Join(slices.Sorted(maps.Keys(e.volumes[name].files)), " "))
	}
	var names []string
	for _, i := range e.images {
		names = append(names, strings.Join(i.tags, " "))
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&out, "image %s\n", name)
	}
	return out.String()
}
