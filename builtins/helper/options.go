package helper

import (
	"fmt"
	"os"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
	"github.com/deployrecipe/recipe/eval/state"
)

// Options say for whom a session is and where its helper runs.
type Options struct {
	Recipe state.Recipe
	// Edge names the edge's volume, which the helper mounts; empty for a recipe that needs none.
	Edge string
	// Host puts the helper on the network of the engine's machine, so that it reaches containers on any
	// network and sees who listens.
	Host bool
	// Who holds the lock, for others to read: user@host.
	Who string
	// Wait is how long to wait for a lock that someone else holds; 0 fails at once.
	Wait time.Duration
	// Waiting, when set, is told once that there is something to wait for.
	Waiting func(*HeldError)

	// After, when set, lets what closes it go first: the helper starts then, or half a second after the lock was
	// taken.
	After <-chan struct{}

	// Binary is what to bring to the engine, this very program when empty, and Command the words that make
	// it a helper, "helper serve" when nil.
	Binary  string
	Command []string

	// Silence is how long the helper lives without hearing from us, 15 s when 0; for tests.
	Silence time.Duration
}

func (o Options) withDefaults() (Options, error) {
	if o.Command == nil {
		o.Command = []string{"helper", "serve"}
	}
	if o.Silence == 0 {
		o.Silence = wire.Silence
	}
	if o.Binary == "" {
		path, err := os.Executable()
		if err != nil {
			return o, fmt.Errorf("finding the binary to bring to the engine: %w", err)
		}
		o.Binary = path
	}
	return o, nil
}
