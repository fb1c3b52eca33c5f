package docker

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// command is one that runs in a container.
type command struct {
	*stream
	engine *Engine
	id     string // of the exec
	what   string
}

// ExecStream starts a command and talks to it.
func (e *Engine) ExecStream(ctx context.Context, id string, spec engine.ExecSpec) (engine.Command, error) {
	exec, conn, err := e.exec(ctx, id, spec, true)
	if err != nil {
		return nil, err
	}
	c := &command{engine: e, id: exec, what: fmt.Sprintf("running %q in container %s", spec.Command, id)}
	if spec.Terminal { // a terminal has one output, which is passed on as it is
		c.stream = read(conn, func(s *stream) (int64, error) { return io.Copy(s.out, conn.Reader) })
	} else {
		c.stream = newStream(conn)
	}
	return c, nil
}

// Resize tells how large its terminal is.
func (c *command) Resize(ctx context.Context, columns, rows int) error {
	err := c.engine.client.ContainerExecResize(ctx, c.id, container.ResizeOptions{Width: uint(columns), Height: uint(rows)})
	if err != nil {
		return failed(err, "%s", c.what)
	}
	return nil
}

// exitPoll is between two questions for the end of a command whose output has ended.
const exitPoll = 10 * time.Millisecond

// Exit waits for the exit code: the engine may learn it a moment after the output's end.
func (c *command) Exit(ctx context.Context) (int, error) {
	for {
		is, err := c.engine.client.ContainerExecInspect(ctx, c.id)
		if err != nil {
			return 0, failed(err, "%s", c.what)
		}
		if !is.Running {
			return is.ExitCode, nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(exitPoll):
		}
	}
}
