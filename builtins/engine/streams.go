package engine

import "context"

// ExecSpec is a command to be run in a container.
type ExecSpec struct {
	Command []string
	// Terminal gives the command a terminal: its two outputs are one then.
	Terminal bool
	Env      []string // besides the container's own
}

// Command is one that runs in a container, with its standard streams.
type Command interface {
	Stream
	// Resize tells a command with a terminal how large that is, in characters.
	Resize(ctx context.Context, columns, rows int) error
	// Exit is its exit code, once its output has ended.
	Exit(ctx context.Context) (code int, err error)
}
