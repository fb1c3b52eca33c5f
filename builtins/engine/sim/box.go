package sim

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/internal/pipe"
)

// box is a container.
type box struct {
	spec    engine.ContainerSpec // limits and restart policy as they are now
	id      string
	imageID string
	appName string // its image's AppLabel, for after the image is gone

	state                      engine.State
	health, healthLog          string
	exitCode, restarts         int
	created, started, finished time.Time
	stopped                    bool // by hand, so that unless-stopped leaves it
	run                        *run

	endpoints map[string]engine.Endpoint // by network name
	held      map[string]netip.Addr      // by network name, while it runs
	files     tree
	logs      []byte
	wrote     []wrote       // when parts of logs were written
	more      chan struct{} // closed when the next part is, or the container ends
	stdin     *pipe.Pipe
	streams   []*stream
}

// CreateContainer creates a container, and volumes that it names and nobody made, as engines do.
func (e *Engine) CreateContainer(ctx context.Context, spec engine.ContainerSpec) (id string, err error) {
	err = e.change(ctx, "CreateContainer", []any{spec}, func() error {
		if err := e.mayCreate(spec); err != nil {
			return fmt.Errorf("creating container %s: %w", spec.Name, err)
		}
		image, _ := e.image(spec.Image)
		id = e.newID("container")
		if spec.Name == "" {
			spec.Name = "unnamed_" + id[:8]
		}
		b := &box{
			spec: spec, id: id, imageID: image.id, appName: image.config.Labels[AppLabel],
			state: engine.Created, created: time.Now(),
			endpoints: maps.Clone(spec.Endpoints), files: image.files.clone(), stdin: pipe.New(),
		}
		b.spec.Labels = maps.Clone(image.config.Labels)
		if b.spec.Labels == nil {
			b.spec.Labels = map[string]string{}
		}
		maps.Copy(b.spec.Labels, spec.Labels)
		if b.spec.Restart == "" {
			b.spec.Restart = "no"
		}
		if len(b.endpoints) == 0 && spec.NetworkMode == "" {
			b.endpoints = map[string]engine.Endpoint{"bridge": {}}
		}
		for _, m := range spec.Mounts {
			e.mountable(m)
		}
		e.containers[id] = b
		e.emit(b, "create")
		return nil
	})
	return id, err
}

// mayCreate says what an engine would have against a spec.
func (e *Engine) mayCreate(spec engine.ContainerSpec) error {
	if _, err := e.image(spec.Image); err != nil {
		return err
	}
	if _, err := e.box(spec.Name); err == nil && spec.Name != "" {
		return fmt.Errorf("%w: the name is in use", engine.ErrConflict)
	}
	if spec.AutoRemove && spec.Restart != "" && spec.Restart != "no" {
		return fmt.Errorf("a container that removes itself cannot have restart %q", spec.Restart)
	}
	for name, endpoint := range spec.Endpoints {
		n, ok := e.networks[name]
		if !ok {
			return fmt.Errorf("network %s: %w", name, engine.ErrNotFound)
		}
		if a := endpoint.Address; a.IsValid() && !n.Subnet.Contains(a) {
			return fmt.Errorf("network %s: address %s lies outside of %s", name, a, n.Subnet)
		}
	}
	return nil
}

// box finds a container by id, name, or the beginning of its id.
func (e *Engine) box(name string) (*box, error) {
	if b, ok := e.containers[name]; ok {
		return b, nil
	}
	for id, b := range e.containers {
		if b.spec.Name == name || len(name) >= 12 && strings.HasPrefix(id, name) {
			return b, nil
		}
	}
	return nil, fmt.Errorf("container %s: %w", name, engine.ErrNotFound)
}

// boxes are all containers in the order in which they were made.
func (e *Engine) boxes() []*box {
	list := slices.Collect(maps.Values(e.containers))
	sort.Slice(list, func(i, j int) bool {
		if c := list[i].created.Compare(list[j].created); c != 0 {
			return c < 0
		}
		return list[i].spec.Name < list[j].spec.Name
	})
	return list
}

// RenameContainer gives a container another name.
func (e *Engine) RenameContainer(ctx context.Context, id, name string) error {
	return e.change(ctx, "RenameContainer", []any{id, name}, func() error {
		b, err := e.box(id)
		if err != nil {
			return err
		}
		if _, err := e.box(name); err == nil {
			return fmt.Errorf("%w: the name is in use", engine.ErrConflict)
		}
		b.spec.Name = name
		return nil
	})
}

// RemoveContainer removes a container, killing it first.
func (e *Engine) RemoveContainer(ctx context.Context, id string) error {
	return e.change(ctx, "RemoveContainer", []any{id}, func() error {
		b, err := e.box(id)
		if err != nil {
			return nil
		}
		b.spec.AutoRemove = true
		if b.run != nil {
			b.stopped = true
			e.ended(b, b.run, 137)
			return nil
		}
		e.drop(b)
		return nil
	})
}

// drop takes a stopped container out of the engine.
func (e *Engine) drop(b *box) {
	b.closeStreams()
	delete(e.containers, b.id)
	e.emit(b, "destroy")
}

// UpdateContainer sets what is not zero.
func (e *Engine) UpdateContainer(ctx context.Context, id string, limits engine.Limits, restart string) error {
	return e.change(ctx, "UpdateContainer", []any{id, limits, restart}, func() error {
		b, err := e.box(id)
		if err != nil {
			return err
		}
		if restart != "" {
			b.spec.Restart = restart
		}
		if limits.Memory != 0 {
			b.spec.Limits.Memory = limits.Memory
		}
		if limits.CPUs != 0 {
			b.spec.Limits.CPUs = limits.CPUs
		}
		if limits.PIDs != 0 {
			b.spec.Limits.PIDs = limits.PIDs
		}
		return nil
	})
}

// Logs returns the last lines.
func (e *Engine) Logs(ctx context.Context, id string, lines int) (text []byte, err error) {
	err = e.read(ctx, "Logs", []any{id, lines}, func() error {
		b, err := e.box(id)
		if err != nil {
			return err
		}
		all := bytes.SplitAfter(b.logs, []byte("\n"))
		if n := len(all); n > 0 && len(all[n-1]) == 0 {
			all = all[:n-1]
		}
		text = bytes.Join(all[max(0, len(all)-lines):], nil)
		return nil
	})
	return text, err
}
