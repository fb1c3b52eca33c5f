package sim

import (
	"context"
	"sync"
)

// killedCode is what a command ends with whose container ended.
const killedCode = 137

// command is one that runs in a container.
type command struct {
	*stream
	once sync.Once
	done chan struct{}
	code int
}

func (c *command) end(code int) {
	c.once.Do(func() {
		c.code = code
		c.ended()
		close(c.done)
	})
}

// Resize is of no use to what is played.
func (c *command) Resize(context.Context, int, int) error { return nil }

// Exit waits for the exit code.
func (c *command) Exit(ctx context.Context) (int, error) {
	select {
	case <-c.done:
		return c.code, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
