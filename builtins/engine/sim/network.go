package sim

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sort"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

type network struct {
	engine.Network
	dynamic netip.Prefix
}

// CreateNetwork creates a network; without a subnet it gets a free one.
func (e *Engine) CreateNetwork(ctx context.Context, spec engine.NetworkSpec) (id string, err error) {
	err = e.change(ctx, "CreateNetwork", []any{spec}, func() error {
		if _, taken := e.networks[spec.Name]; taken {
			return fmt.Errorf("creating network %s: %w", spec.Name, engine.ErrConflict)
		}
		subnet := spec.Subnet
		for n := byte(18); !subnet.IsValid(); n++ {
			if free := netip.PrefixFrom(netip.AddrFrom4([4]byte{172, n, 0, 0}), 16); e.overlapping(free) == "" {
				subnet = free
			}
		}
		if other := e.overlapping(subnet); other != "" {
			return fmt.Errorf("creating network %s: %w: %s overlaps network %s", spec.Name, engine.ErrConflict, subnet, other)
		}
		n := &network{dynamic: spec.Dynamic, Network: engine.Network{
			ID: e.newID("network"), Name: spec.Name, Driver: spec.Driver, Internal: spec.Internal,
			Labels: maps.Clone(spec.Labels), Subnet: subnet, Gateway: spec.Gateway, Created: time.Now(),
		}}
		if n.Driver == "" {
			n.Driver = "bridge"
		}
		if !n.Gateway.IsValid() {
			n.Gateway = subnet.Masked().Addr().Next()
		}
		if !n.dynamic.IsValid() {
			n.dynamic = subnet
		}
		e.networks[spec.Name], id = n, n.ID
		return nil
	})
	return id, err
}

func (e *Engine) overlapping(subnet netip.Prefix) string {
	for name, n := range e.networks {
		if n.Subnet.IsValid() && n.Subnet.Overlaps(subnet) {
			return name
		}
	}
	return ""
}

// RemoveNetwork removes a network that no running container is on.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	return e.change(ctx, "RemoveNetwork", []any{name}, func() error {
		for _, b := range e.boxes() {
			if _, on := b.endpoints[name]; on && b.run != nil {
				return fmt.Errorf("removing network %s: %w by container %s", name, engine.ErrInUse, b.spec.Name)
			}
		}
		delete(e.networks, name)
		return nil
	})
}

// Networks lists networks by name.
func (e *Engine) Networks(ctx context.Context, labels map[string]string) (list []engine.Network, err error) {
	err = e.read(ctx, "Networks", []any{labels}, func() error {
		for _, name := range slices.Sorted(maps.Keys(e.networks)) {
			if n := e.networks[name].Network; carries(n.Labels, labels) {
				n.Labels = maps.Clone(n.Labels)
				list = append(list, n)
			}
		}
		return nil
	})
	return list, err
}

// Connect puts a container on a network; a running one gets its address at once.
func (e *Engine) Connect(ctx context.Context, name, container string, endpoint engine.Endpoint) error {
	return e.change(ctx, "Connect", []any{name, container, endpoint}, func() error {
		b, err := e.box(container)
		if err != nil {
			return err
		}
		if _, ok := e.networks[name]; !ok {
			return fmt.Errorf("network %s: %w", name, engine.ErrNotFound)
		}
		if _, on := b.endpoints[name]; on {
			return fmt.Errorf("container %s on network %s: %w", container, name, engine.ErrConflict)
		}
		if b.run != nil {
			address, err := e.take(name, endpoint)
			if err != nil {
				return err
			}
			b.held[name] = address
		}
		if b.endpoints == nil {
			b.endpoints = map[string]engine.Endpoint{}
		}
		b.endpoints[name] = endpoint
		return nil
	})
}

// Disconnect takes a container off a network.
func (e *Engine) Disconnect(ctx context.Context, name, container string) error {
	return e.change(ctx, "Disconnect", []any{name, container}, func() error {
		b, err := e.box(container)
		if err != nil {
			return err
		}
		delete(b.endpoints, name)
		delete(b.held, name)
		return nil
	})
}

// join takes an address on each of a container's networks, or none at all.
func (e *Engine) join(b *box) error {
	held := map[string]netip.Addr{}
	names := slices.Collect(maps.Keys(b.endpoints))
	sort.Strings(names)
	for _, name := range names {
		address, err := e.take(name, b.endpoints[name])
		if err != nil {
			return err
		}
		held[name] = address
	}
	b.held = held
	return nil
}

// take finds the address for an endpoint: the fixed one if nobody holds it, else the lowest free dynamic one.
func (e *Engine) take(name string, endpoint engine.Endpoint) (netip.Addr, error) {
	n, ok := e.networks[name]
	if !ok {
		return netip.Addr{}, fmt.Errorf("network %s: %w", name, engine.ErrNotFound)
	}
	used := map[netip.Addr]string{n.Gateway: "the gateway"}
	for _, b := range e.containers {
		if a, ok := b.held[name]; ok {
			used[a] = "container " + b.spec.Name
		}
	}
	if a := endpoint.Address; a.IsValid() {
		if holder, taken := used[a]; taken {
			return a, fmt.Errorf("address %s on network %s: %w: %s has it", a, name, engine.ErrConflict, holder)
		}
		return a, nil
	}
	dynamic := n.dynamic
	if !dynamic.IsValid() {
		dynamic = n.Subnet
	}
	for a := dynamic.Masked().Addr(); dynamic.Contains(a); a = a.Next() {
		if _, taken := used[a]; !taken && a != n.Subnet.Masked().Addr() {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("network %s has no free address in %s", name, dynamic)
}
