package docker

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/docker/docker/api/types/network"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Networks lists networks.
func (r *Reader) Networks(ctx context.Context, labels map[string]string) ([]engine.Network, error) {
	list, err := r.client.NetworkList(ctx, network.ListOptions{Filters: labelFilter(labels)})
	if err != nil {
		return nil, failed(err, "listing networks")
	}
	networks := make([]engine.Network, 0, len(list))
	for _, n := range list {
		found := engine.Network{
			ID: n.ID, Name: n.Name, Driver: n.Driver, Internal: n.Internal, Labels: n.Labels, Created: n.Created,
		}
		for _, c := range n.IPAM.Config {
			if subnet, err := netip.ParsePrefix(c.Subnet); err == nil {
				found.Subnet = subnet
				found.Gateway, _ = netip.ParseAddr(c.Gateway)
				break
			}
		}
		networks = append(networks, found)
	}
	return networks, nil
}

// CreateNetwork creates a network.
func (e *Engine) CreateNetwork(ctx context.Context, spec engine.NetworkSpec) (string, error) {
	options := network.CreateOptions{Driver: spec.Driver, Internal: spec.Internal, Options: spec.Options, Labels: spec.Labels}
	if options.Driver == "" {
		options.Driver = "bridge"
	}
	if spec.Subnet.IsValid() {
		pool := network.IPAMConfig{Subnet: spec.Subnet.String()}
		if spec.Gateway.IsValid() {
			pool.Gateway = spec.Gateway.String()
		}
		if spec.Dynamic.IsValid() {
			pool.IPRange = spec.Dynamic.String()
		}
		options.IPAM = &network.IPAM{Config: []network.IPAMConfig{pool}}
		if v6 := spec.Subnet.Addr().Is6(); v6 {
			options.EnableIPv6 = &v6
		}
	}
	created, err := e.client.NetworkCreate(ctx, spec.Name, options)
	if err != nil {
		return "", failed(err, "creating network %s", spec.Name)
	}
	return created.ID, nil
}

// RemoveNetwork removes a network. An engine may keep the endpoint of a container that was removed while it started
// again after a crash, and then takes the network for used: such endpoints go first.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	err := failedRemoval(e.client.NetworkRemove(ctx, name), "removing network %s", name)
	if errors.Is(err, engine.ErrInUse) && e.removeLeftEndpoints(ctx, name) {
		return failedRemoval(e.client.NetworkRemove(ctx, name), "removing network %s", name)
	}
	return err
}

// removeLeftEndpoints removes the endpoints of containers that are no more, and tells whether all were such.
func (e *Engine) removeLeftEndpoints(ctx context.Context, name string) bool {
	found, err := e.client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err != nil {
		return false
	}
	for id, endpoint := range found.Containers {
		// An endpoint without a container has an id of its own here, "ep-" and so on.
		if _, err := e.Container(ctx, id); !errors.Is(err, engine.ErrNotFound) {
			return false
		}
		if _, err := e.Container(ctx, endpoint.Name); !errors.Is(err, engine.ErrNotFound) {
			return false
		}
		if err := e.client.NetworkDisconnect(ctx, found.ID, endpoint.Name, true); err != nil {
			return false
		}
	}
	return true
}

// Connect puts a container on a network.
func (e *Engine) Connect(ctx context.Context, name, container string, endpoint engine.Endpoint) error {
	err := e.client.NetworkConnect(ctx, name, container, endpointOf(endpoint))
	return failed(err, "connecting container %s to network %s", container, name)
}

// Disconnect takes a container off a network.
func (e *Engine) Disconnect(ctx context.Context, name, container string) error {
	err := e.client.NetworkDisconnect(ctx, name, container, false)
	if err != nil && strings.Contains(err.Error(), "is not connected to") {
		return nil
	}
	return failed(err, "disconnecting container %s from network %s", container, name)
}
