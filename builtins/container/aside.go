package container

import (
	"context"
	"errors"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/kind"
)

// What failed is told by its name, since labels never change: whoever lists containers sees it, and its own name is free
// for another try. It is given before the container stops, so that nothing that is cut off in between leaves what looks
// like a release that served.
const aside = "-failed"

// Aside is the name of a container that is kept for a look.
func Aside(name string) string { return name + aside }

// IsAside tells whether a container is kept for a look, by its name.
func IsAside(name string) bool { return strings.HasSuffix(name, aside) }

// aside stops a container and keeps it for a look. One that never started has nothing to show, and goes.
func (t Tools) aside(ctx context.Context, c RemoveConfig, in kind.Inputs) (kind.Outputs, error) {
	have, err := t.Engine.Container(ctx, c.Name)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	if err != nil || have.State == engine.Created {
		return t.remove(ctx, c, in)
	}
	name := Aside(c.Name)
	if err := t.Engine.RemoveContainer(ctx, name); err != nil { // what an earlier try left
		return nil, err
	}
	if err := t.Engine.RenameContainer(ctx, have.ID, name); err != nil {
		return nil, err
	}
	c.Name = name
	return nil, t.retire(ctx, StopConfig(c))
}
