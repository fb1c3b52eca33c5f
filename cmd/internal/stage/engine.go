package stage

import (
	"context"
	"errors"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
)

// Engine opens the engine of the environment, which must be this machine's: that clients lose nothing shows
// little where a network lies between them and the edge, and load is put on nobody else.
func Engine(ctx context.Context) (*docker.Engine, error) {
	e, err := docker.Open(ctx, docker.Options{})
	if err != nil {
		return nil, err
	}
	info, err := e.Info(ctx)
	if err == nil && info.HostAddress != "localhost" && info.HostAddress != "127.0.0.1" {
		err = fmt.Errorf("the engine %s is on another machine", e.Host())
	}
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}
