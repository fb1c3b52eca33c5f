package container

import (
	"context"
	"maps"
	"slices"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// OpNetworks brings a running container back to the networks that it was made for, without a new process.
const OpNetworks plan.Op = "container.networks" // NetworksConfig

// NetworksConfig is the config of OpNetworks, by the networks' names.
type NetworksConfig struct {
	Name string `json:"name"`
	// Join are the networks to be on. One that the container is on at another address is left first.
	Join map[string]engine.Endpoint `json:"join,omitempty"`
	// Leave are those that it was not made for.
	Leave []string `json:"leave,omitempty"`
}

func (t Tools) networks(ctx context.Context, c NetworksConfig, _ kind.Inputs) (kind.Outputs, error) {
	have, err := t.Engine.Container(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Join)) {
		want := c.Join[name]
		at, on := have.Addresses[name]
		if on && (at == want.Address || !want.Address.IsValid()) {
			continue // the step ran before
		}
		if on {
			if err := t.Engine.Disconnect(ctx, name, c.Name); err != nil {
				return nil, err
			}
		}
		if err := t.Engine.Connect(ctx, name, c.Name, want); err != nil {
			return nil, err
		}
	}
	for _, name := range c.Leave {
		if err := t.Engine.Disconnect(ctx, name, c.Name); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
